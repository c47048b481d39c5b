"""What it shows: programmes compared, with what the design of the study allows to be said."""

from ..core.door import with_door
from .ancova import Ancova, ancova
from .change import Change, change, then_test
from .changes import Changes, changes
from .clustered import MixedModel, cluster_contrasts, cluster_robust, mixed_model, site_table, wild_bootstrap
from .comparing import compare
from .comparison import Comparison
from .contrasts import Equivalence, contrasts, equivalence, holm
from .cox import Cox, cox
from .dose import Dose, dose
from .doubly_robust import aipw
from .effects import EffectSizes, change_effects, group_effects, paired_effects
from .estimates import ChanceTest, Estimates
from .follow_up import follow_up
from .followed import FollowUp
from .gain import normalised_gain
from .improved import Improved, percent_improved
from .imputation import Pooled, TippingPoint, impute, pool, rubin, tipping_point
from .joint_display import JointDisplay, joint_display
from .lottery import randomisation_test
from .planning import Plan, plan_paired, plan_sites, plan_two_groups, smallest_permutation_p
from .quarters import Quarters, quarters
from .referrals import Referrals, referrals
from .reported import Reported, check_reported
from .run_chart import RunChart, run_chart
from .sensitivity import EValue, e_value
from .site_means import SiteMeans, compare_site_means
from .site_sums import SiteSums, site_sums
from .synthesis import Synthesis, synthesis
from .taking_part import TakingPart, taking_part
from .talk_form import TalkForm, talk_form
from .training import Training, training
from .units import Units, units
from .weighting import Weights, balancing_weights, effective_sample_size, weighted_difference

__all__ = [
    "Ancova",
    "ChanceTest",
    "Change",
    "Changes",
    "Comparison",
    "Cox",
    "Dose",
    "EValue",
    "EffectSizes",
    "Equivalence",
    "Estimates",
    "FollowUp",
    "Improved",
    "JointDisplay",
    "MixedModel",
    "Plan",
    "Pooled",
    "Quarters",
    "Referrals",
    "Reported",
    "RunChart",
    "SiteMeans",
    "SiteSums",
    "Synthesis",
    "TakingPart",
    "TalkForm",
    "TippingPoint",
    "Training",
    "Units",
    "Weights",
    "aipw",
    "ancova",
    "balancing_weights",
    "change",
    "change_effects",
    "changes",
    "check_reported",
    "cluster_contrasts",
    "cluster_robust",
    "compare",
    "compare_site_means",
    "contrasts",
    "cox",
    "dose",
    "e_value",
    "effective_sample_size",
    "equivalence",
    "follow_up",
    "group_effects",
    "holm",
    "impute",
    "joint_display",
    "mixed_model",
    "normalised_gain",
    "paired_effects",
    "percent_improved",
    "plan_paired",
    "plan_sites",
    "plan_two_groups",
    "pool",
    "quarters",
    "randomisation_test",
    "referrals",
    "rubin",
    "run_chart",
    "site_sums",
    "site_table",
    "smallest_permutation_p",
    "synthesis",
    "taking_part",
    "talk_form",
    "then_test",
    "tipping_point",
    "training",
    "units",
    "weighted_difference",
    "wild_bootstrap",
]

with_door(globals(), __all__)
