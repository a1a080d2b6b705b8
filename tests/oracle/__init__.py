"""The oracle: finite differences of the original mechanisms, each simulation in a process of its own.

`model`      what a scenario hands over: sites, directions, how long to run
`simulate`   how a model is run and recorded, the same for the original and for the augmented side
`plain`      the process that runs the originals; it never imports nmodlgrad
`augmented`  the process that runs nmodlgrad, through its public interface only
`jobs`       starts both from pytest and reads back what they measured
"""

from oracle.jobs import Job, Measured, Oracle, relative_error

__all__ = ["Job", "Measured", "Oracle", "relative_error"]
