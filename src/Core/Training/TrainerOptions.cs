namespace Progeny.Core.Training;

/// <summary>Where trainers are and how they are watched.</summary>
public sealed class TrainerOptions
{
    /// <summary>The built-in trainer: a .dll, which <see cref="Dotnet"/> runs, or a program. Beside this assembly unless told otherwise.</summary>
    public string BuiltIn { get; set; } = Path.Combine(AppContext.BaseDirectory, "Progeny.Trainer.dll");

    /// <summary>The program that runs a .dll.</summary>
    public string Dotnet { get; set; } = "dotnet";

    /// <summary>How often a trainer's memory is looked at.</summary>
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The most time that reading a project's rows may take, whatever its <c>source.timeout</c> says.</summary>
    public TimeSpan MaxSourceTime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The most rows of a project's source, whatever its <c>source.max_rows</c> says.</summary>
    public long MaxSourceRows { get; set; } = 100_000_000;

    /// <summary>The most bytes that a project's rows may have as a <c>data.csv</c>.</summary>
    public long MaxSourceBytes { get; set; } = 32L << 30;

    /// <summary>How much of what a trainer prints is kept, in bytes: the end of it.</summary>
    public int LogBytes { get; set; } = 1 << 20;

    /// <summary>How much a trainer may leave.</summary>
    public TrainerLimits Limits { get; } = new();
}
