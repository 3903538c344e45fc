namespace Progeny.Abstractions.Training;

/// <summary>One job's life; it survives its silo. Key: the job's id.</summary>
[Alias("progeny.job")]
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>The job, or null where none has this id.</summary>
    [Alias("get")]
    Task<JobInfo?> Get();

    /// <summary>Stores the job and starts it; a job that is stored already is only woken.</summary>
    [Alias("start")]
    Task<JobInfo> Start(string project, string release, JobRequest request);

    /// <summary>Runs the job if it has not ended and is not running.</summary>
    [Alias("resume")]
    Task Resume();

    /// <summary>Stops the job; one that has ended stays as it is.</summary>
    /// <param name="by">Who has it stopped; null: it is not known.</param>
    [Alias("cancel")]
    Task<JobInfo?> Cancel(string? by);

    /// <summary>The last 1 MiB of what the job's programs printed.</summary>
    [Alias("get-log")]
    Task<string> GetLog();
}
