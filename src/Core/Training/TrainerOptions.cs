namespace Progeny.Core.Training;

/// <summary>Where trainers are and how they are watched.</summary>
public sealed class TrainerOptions
{
    /// <summary>
    /// The built-in trainer: a .dll, which <see cref="Dotnet"/> runs, or a program. Beside this assembly unless told otherwise.
    /// </summary>
    public string BuiltIn { get; set; } = Path.Combine(AppContext.BaseDirectory, "Progeny.Trainer.dll");

    /// <summary>The program that runs a .dll.</summary>
    public string Dotnet { get; set; } = "dotnet";

    /// <summary>
    /// Whether trainers run only when nothing else on the machine wants to. They do on a node, which serves meanwhile, unless told
    /// otherwise.
    /// </summary>
    public bool LowPriority { get; set; }

    /// <summary>The threads that a trainer is told to use; 0: half of the cores, at least one.</summary>
    public int Threads { get; set; }

    /// <summary>The threads, a number of 1 or more.</summary>
    internal int ThreadsOfTrainer => Threads > 0 ? Threads : Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>How often a trainer's memory is checked.</summary>
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The most memory that a trainer may hold, in bytes, whatever its <c>pipeline.memory</c> says; 0: what the machine has.
    /// </summary>
    public long MaxMemory { get; set; }

    /// <summary>The most time that a trainer may run, whatever its <c>pipeline.timeout</c> says.</summary>
    public TimeSpan MaxTime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a trainer's output is waited for once the trainer has ended: somebody else may hold it open.</summary>
    public TimeSpan OutputGrace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The most memory, a number of 1 or more.</summary>
    internal long MaxMemoryOfTrainer => MaxMemory > 0 ? MaxMemory : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The most time that reading a project's rows may take, whatever its <c>source.timeout</c> says.</summary>
    public TimeSpan MaxSourceTime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The most rows of a project's source, whatever its <c>source.max_rows</c> says.</summary>
    public long MaxSourceRows { get; set; } = 100_000_000;

    /// <summary>The most bytes that a project's rows may have as a <c>data.csv</c>.</summary>
    public long MaxSourceBytes { get; set; } = 32L << 30;

    /// <summary>The most memory, in bytes, that the newest values of one view may take while it is joined to rows.</summary>
    public long MaxViewBytes { get; set; } = 2L << 30;

    /// <summary>How much of what a trainer prints is kept, in bytes: the end of it.</summary>
    public int LogBytes { get; set; } = 1 << 20;

    /// <summary>How much a trainer may leave.</summary>
    public TrainerLimits Limits { get; } = new();

    /// <summary>
    /// The program that checks new models: a .dll, which <see cref="Dotnet"/> runs, or a program. Beside this assembly unless told
    /// otherwise.
    /// </summary>
    public string ModelCheck { get; set; } = Path.Combine(AppContext.BaseDirectory, "Progeny.ModelCheck.dll");

    /// <summary>The time that a check of a new model may take.</summary>
    public TimeSpan CheckTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The memory that a check of a new model may take in any case, in bytes; for large models there is more
    /// (<see cref="CheckMemoryFactor"/>).
    /// </summary>
    public long CheckMemory { get; set; } = 1L << 30;

    /// <summary>How many times the size of its file a check of a model may take besides.</summary>
    public int CheckMemoryFactor { get; set; } = 6;
}
