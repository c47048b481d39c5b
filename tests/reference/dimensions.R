# Further reference results on dimensions, from data/readiness.csv (invented).  usage: Rscript dimensions.R  (in this folder; writes dimensions.json)
suppressPackageStartupMessages({library(psych);library(lavaan);library(jsonlite)})
quiet<-function(e) suppressWarnings(suppressMessages(e))
d<-read.csv("data/readiness.csv",stringsAsFactors=FALSE);d<-d[d$wave=="awal",]
sub<-c("men","emo","pos","pdi","ada","tgj","ren","duk","kmb");items<-paste0(rep(sub,each=4),1:4)
K<-d[,items];for(s in sub) K[[paste0(s,4)]]<-5-K[[paste0(s,4)]];Kc<-K[complete.cases(K),]
low<-function(m) unname(m[lower.tri(m)])                # column by column: pairs (1,2), (1,3), ...
pcs<-function(x,...) {f<-quiet(lavCor(x,ordered=names(x),output="fit",se="robust.sem",...));p<-parameterEstimates(f);p<-p[p$op=="~~"&p$lhs!=p$rhs,];list(r=p$est,se=p$se)}
W<-c("chisq","df","chisq.scaled","pvalue.scaled","chisq.scaling.factor","cfi.scaled","tli.scaled","rmsea.scaled","rmsea.ci.lower.scaled","rmsea.ci.upper.scaled","srmr")
run<-function(model,x){f<-quiet(cfa(model,x,ordered=names(x),std.lv=TRUE));s<-standardizedSolution(f);s<-s[s$op=="=~"|(s$op=="~~"&s$lhs!=s$rhs),];z<-fitMeasures(f,W)
 list(n=nrow(x),fit=as.list(unclass(z)[W]),loadings=s$est.std[s$op=="=~"],se=s$se[s$op=="=~"],phi=s$est.std[s$op=="~~"],phi_se=s$se[s$op=="~~"])}
one<-function(v) paste0("f=~",paste(v,collapse="+"))
R<-list(meta=list(R=as.character(getRversion()),psych=as.character(packageVersion("psych")),lavaan=as.character(packageVersion("lavaan"))))
R$polychoric_36<-list(n=nrow(Kc),r=low(quiet(lavCor(Kc,ordered=items))))
R$polychoric_se_men<-pcs(Kc[,items[1:4]])
R$polychoric_pairwise_emo<-c(list(blanks=sum(is.na(K[,items[5:8]]))),pcs(K[,items[5:8]],missing="pairwise"))
B<-as.data.frame((Kc[,items[1:4]]>=3)+1L);R$tetrachoric_men<-c(list(rule="1 below 3, 2 from 3 on"),pcs(B))
zero<-data.frame(a=rep(c(1,1,2),c(40,25,35)),b=rep(c(1,2,2),c(40,25,35)));R$tetrachoric_one_empty_cell<-list(table=list(c(40,25),c(0,35)),r=low(quiet(lavCor(zero,ordered=names(zero)))))
R$cfa_ren<-run(one(items[25:28]),Kc[,items[25:28]])
R$cfa_one_factor_25<-run(one(items[1:25]),Kc[,items[1:25]])
R$cfa_men_below_2_merged<-{x<-Kc[,items[1:4]];x[]<-lapply(x,function(v) pmax(v,2));c(list(rule="code 1 counted as 2: an answer nobody gives"),run(one(items[1:4]),x))}
R$cfa_two_of_two<-run("f=~men1+men2\ng=~pos1+pos2",Kc[,c("men1","men2","pos1","pos2")])
v<-quiet(fa(Kc[,1:12],3,fm="minres",rotate="none"));R$efa_first12_minres_varimax<-list(loadings=unname(unclass(varimax(unclass(v$loadings),eps=1e-14)$loadings)[1:12,]),communality=unname(v$communality))
R$map_36<-quiet(VSS(cor(Kc),n=20,n.obs=nrow(Kc),plot=FALSE))$map
km<-KMO(cor(Kc));R$kmo_items<-unname(km$MSAi)
R$bartlett_first4<-quiet(cortest.bartlett(cor(Kc[,1:4]),n=nrow(Kc)))[c("chisq","df","p.value")]
write_json(R,"dimensions.json",digits=12,auto_unbox=TRUE,na="null",null="null",pretty=TRUE)
