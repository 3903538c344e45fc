namespace Progeny.Core.Apply;

/// <summary>How jobs of the kind apply work on this node, from the configuration section <c>Apply</c>.</summary>
public sealed class ApplyOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Apply";

    /// <summary>The most rows of a chunk.</summary>
    public const int MaxChunkRows = 10_000_000;

    /// <summary>The most rows of a chunk of a job that logs: after a stop each of them is looked up in the query log.</summary>
    public const int MaxLoggedChunkRows = 20_000;

    /// <summary>The rows of a chunk: what is done once, and what is repeated at most when a node was killed.</summary>
    public int ChunkRows { get; set; } = 200_000;

    /// <summary>The threads that run the model for one job; 0: half of the processors, at least one.</summary>
    public int Threads { get; set; }

    /// <summary>Whether jobs run at the lowest priority, so that queries come first.</summary>
    public bool LowPriority { get; set; } = true;

    /// <summary>The most bytes of a file that is sent to be applied to.</summary>
    public long MaxFileBytes { get; set; } = 100L << 30;

    /// <summary>How long files that a job made, and what one that failed has done, are kept.</summary>
    public TimeSpan KeepTime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The threads of one job.</summary>
    public int ThreadsOfWork => Threads > 0 ? Threads : Math.Max(1, Environment.ProcessorCount / 2);
}
