namespace Progeny.Grains.Common;

/// <summary>Where and how jobs run on this node.</summary>
public sealed class JobOptions
{
    /// <summary>The folder that holds a folder per running job; each is deleted when its job ends.</summary>
    public string Folder { get; set; } = Path.Combine(Path.GetTempPath(), "progeny-jobs");

    /// <summary>The folder of the files that name the dangerous steps under way (<see cref="ProjectBreaker"/>).</summary>
    public string StepsFolder => Path.TrimEndingDirectorySeparator(Folder) + ".steps";

    /// <summary>How many trainings run at once on this node; the others wait.</summary>
    public int AtOnce { get; set; } = 1;

    /// <summary>How often a job is started at most: a job that stops its node each time must not stop it for ever.</summary>
    public int MaxAttempts { get; set; } = 10;

    /// <summary>
    /// After how many ends of the node in the middle of the same step of a project (a training, the load of its model) the step is not
    /// taken any more.
    /// </summary>
    public int MaxCrashes { get; set; } = 3;

    /// <summary>The most bytes of the Parquet file in which the rows of a training are kept; larger ones are left out.</summary>
    public long MaxSnapshotBytes { get; set; } = 8L << 30;
}
