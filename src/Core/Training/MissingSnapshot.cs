using Progeny.Abstractions.Releases;

namespace Progeny.Core.Training;

/// <summary>Says why the rows of a training are not there.</summary>
public static class MissingSnapshot
{
    /// <summary>A sentence for a generation without a snapshot.</summary>
    public static string Describe(GenerationInfo generation)
    {
        ArgumentNullException.ThrowIfNull(generation);
        return generation.Lineage.DataDigest is null
            ? $"{generation.Reference} was made without rows: its package has the finished model."
            : $"The rows that {generation.Reference} was trained on were not kept: source.snapshot was false, they were larger than "
                + "Jobs:MaxSnapshotBytes, or it was made before rows were kept; the log of its job "
                + $"{generation.Lineage.JobId} says which.";
    }
}
