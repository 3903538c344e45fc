using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>Settings of serving on this node, configuration section <c>Serving</c>.</summary>
public sealed class ServingOptions
{
    /// <summary>
    /// How many bytes of model files may be loaded at once; 0: a quarter of the memory that this process may use. Past it the models that
    /// no plan names and nobody asked for longest are unloaded. (ONNX Runtime holds about as much again as the file.)
    /// </summary>
    public long ModelMemory { get; set; }

    /// <summary>
    /// How long a project's online agent stays on this node when nobody asks the project; its models may be unloaded then.
    /// </summary>
    public TimeSpan AgentIdleTime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How many queries of one project may be under way at once, where its manifest does not say (<c>serving.max_queue</c>).
    /// </summary>
    public int MaxQueue { get; set; } = 1_024;

    /// <summary>The longest that a run of a model may take; a query's own deadline may stop it before.</summary>
    public TimeSpan MaxRunTime { get; set; } = ModelWatchdog.DefaultMaxRunTime;

    /// <summary>
    /// How many bytes the runs of all models may take at once, their weights not counted; 0: an eighth of the memory that this process may
    /// use, 768 MiB at most. A run that asks for more fails.
    /// </summary>
    public long RunMemory { get; set; }

    /// <summary>
    /// After how many runs in a row that exceeded a bound of the node a model's generation is taken out of its plan; 0: never.
    /// </summary>
    public int MaxBoundViolations { get; set; } = 3;

    /// <summary>The most bytes of a query's body, as it comes or decompressed.</summary>
    public int MaxBodyBytes { get; set; } = 4 << 20;

    /// <summary>The most bytes of memory that the bodies of all queries under way may hold; past it queries are refused (503).</summary>
    public long MaxBodyMemory { get; set; } = 256L << 20;

    /// <summary>How long a query's body may take to come.</summary>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes of one text of a query, in UTF-8.</summary>
    public int MaxTextBytes { get; set; } = QueryLimits.Default.MaxTextBytes;

    /// <summary>The most values of a query: its rows times the project's fields.</summary>
    public long MaxValues { get; set; } = QueryLimits.Default.MaxValues;

    /// <summary>The most clients that may follow the queries of this node's projects (<c>queries/stream</c>).</summary>
    public int MaxTails { get; set; } = 1_000;

    /// <summary>The most clients that may follow the queries of one project.</summary>
    public int MaxTailsOfProject { get; set; } = 500;

    /// <summary>What a query may carry.</summary>
    public QueryLimits Limits => new(MaxTextBytes, MaxValues);
}
