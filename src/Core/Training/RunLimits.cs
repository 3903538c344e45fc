using System.Globalization;
using Progeny.Core.Training.Sandbox;

namespace Progeny.Core.Training;

/// <summary>How long a trainer may run, and how much memory it may hold: what the manifest says, within the operator's bounds.</summary>
internal sealed class RunLimits(TimeSpan timeout, long memory, TrainerOptions options, SandboxOptions? sandbox)
{
    private readonly long maxMemory = options.MaxMemoryOfTrainer;

    /// <summary>The time that it may run.</summary>
    public TimeSpan Time => timeout < options.MaxTime ? timeout : options.MaxTime;

    /// <summary>The most bytes of memory.</summary>
    public long Memory => Math.Min(memory, maxMemory);

    /// <summary>The most processor time of all its processes; null: what fits into <see cref="Time"/>.</summary>
    public TimeSpan? ProcessorTime => sandbox?.MaxCpuTime is { } most && most > TimeSpan.Zero ? most : null;

    public string TooLate =>
        $"The trainer was stopped after its time limit of {Time:c} "
            + $"({(timeout <= options.MaxTime ? "pipeline.timeout" : "the node's Trainer:MaxTime")}).";

    public string TooMuchMemory(long peak)
    {
        var setting = memory <= maxMemory
            ? "pipeline.memory"
            : options.MaxMemory > 0 ? "the node's Trainer:MaxMemory" : "the memory of the machine";
        return $"The trainer was stopped at {Show(peak)} of memory; its limit is {Show(Memory)} ({setting}).";
    }

    private static string Show(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");
}
