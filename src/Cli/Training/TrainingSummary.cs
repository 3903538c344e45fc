using Progeny.Cli.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Training;

namespace Progeny.Cli.Training;

/// <summary>A training in a few words.</summary>
internal static class TrainingSummary
{
    public static string Describe(Manifest manifest, TrainingResult training) => manifest.Pipeline.Model is { } model
        ? $"took {model}"
        : $"trained on {Tables.Plural(training.TrainRows, "row")} in {Tables.Duration(training.Duration)}";
}
