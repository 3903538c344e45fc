using System.Collections.Immutable;

namespace Progeny.Abstractions.Rollouts;

/// <summary>A plan was refused; the faults are all that is wrong with it.</summary>
[GenerateSerializer, Alias("progeny.plan-exception")]
public sealed class PlanException : Exception
{
    public PlanException(ImmutableArray<PlanFault> faults)
        : base($"The plan cannot be put in force: {(faults.Length == 1 ? "one thing is" : $"{faults.Length} things are")} wrong with it.") => Faults = faults;

    [Id(0)] public ImmutableArray<PlanFault> Faults { get; private set; }
}
