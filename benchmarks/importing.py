"""What `import reintegra` adds to importing pandas.

python benchmarks/importing.py
"""

import subprocess
import sys

CODE = "import time, pandas; start = time.perf_counter(); {}; print(time.perf_counter() - start)"


def seconds(statement):
    """Return the best of five fresh interpreters."""
    run = [sys.executable, "-c", CODE.format(statement)]
    return min(float(subprocess.run(run, capture_output=True, text=True, check=True).stdout) for _ in range(5))


if __name__ == "__main__":
    print(f"after pandas: import reintegra {1000 * seconds('import reintegra'):.0f} ms", end="")
    print(f", import statsmodels.api {1000 * seconds('import statsmodels.api'):.0f} ms")
