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

    /// <summary>How much of what a trainer prints is kept, in bytes: the end of it.</summary>
    public int LogBytes { get; set; } = 1 << 20;
}
