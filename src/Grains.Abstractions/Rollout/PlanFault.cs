namespace Progeny.Abstractions.Rollout;

/// <summary>One thing that is wrong in a plan that was refused.</summary>
/// <param name="Path">The member, e.g. <c>arms[1].weight</c>.</param>
/// <param name="Message">What is wrong and what would be right.</param>
[GenerateSerializer, Immutable, Alias("progeny.plan-fault")]
public sealed record PlanFault([property: Id(0)] string Path, [property: Id(1)] string Message)
{
    public override string ToString() => $"{Path}: {Message}";
}
