using Progeny.Abstractions.Training;

namespace Progeny.Grains.Training;

/// <summary>What the kinds of jobs have in common.</summary>
internal static class JobKinds
{
    /// <summary>Whether jobs of the kind make generations: one after the other, since each may go on from the last.</summary>
    public static bool MakesGeneration(this JobKind kind) => kind is JobKind.Train or JobKind.Tune;
}
