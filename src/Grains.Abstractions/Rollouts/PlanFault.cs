namespace Progeny.Abstractions.Rollouts;

/// <summary>One thing that is wrong in a plan that was refused.</summary>
/// <param name="Path">The member, e.g. <c>arms[1].weight</c>.</param>
/// <param name="Message">What is wrong and what would be right.</param>
[GenerateSerializer, Immutable, Alias("progeny.plan-fault")]
public sealed record PlanFault([property: Id(0)] string Path, [property: Id(1)] string Message)
{
    /// <summary>The path of <see cref="PlanDraft.StickyKey"/>.</summary>
    public const string StickyKeyPath = "sticky_key";

    /// <summary>The index of the arm that is wrong; null: it is no arm.</summary>
    [Id(2)] public int? Arm { get; init; }

    /// <summary>A fault of an arm.</summary>
    public static PlanFault OfArm(int arm, string member, string message) => new($"arms[{arm}].{member}", message) { Arm = arm };

    public override string ToString() => $"{Path}: {Message}";
}
