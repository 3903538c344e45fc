using System.Collections.Immutable;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Tests.Rollouts;

internal static class Plans
{
    public const string Project = "demo";

    public static RolloutArm Arm(string name, double weight, int generation = 1) =>
        new(name, new GenerationReference(Project, "1.0.0", generation), weight);

    public static ImmutableArray<RolloutArm> Arms(params (string Name, double Weight)[] arms) =>
        [.. arms.Select(arm => Arm(arm.Name, arm.Weight))];

    public static Selection Selection(ImmutableArray<RolloutArm> arms, ImmutableArray<BucketRange> before = default) =>
        new(Project, arms, Buckets.Divide(before.IsDefault ? [] : before, arms));
}
