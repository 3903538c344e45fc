using Progeny.Abstractions.Releases;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;
using Progeny.Core.Rules;
using Progeny.Core.Serving;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Serving.Routing;

namespace Progeny.Core.Apply;

/// <summary>
/// Makes a generation ready for a batch apply, with a model of the job's own: what it does slows no query of its project.
/// </summary>
public sealed class ApplyArm(IFeedCatalog feeds, RuleCompiler rules, ModelWatchdog watchdog, ServingOptions options, TimeProvider time)
{
    // Rows wait for a feed as long as they must, where a query would take the manifest's defaults after milliseconds.
    private static readonly TimeSpan FeedDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Loads the model and compiles the rules; the caller disposes both by the arm.</summary>
    /// <param name="isLogged">Whether the answers are recorded in the query log.</param>
    /// <exception cref="ApplyException">The generation cannot be applied to rows.</exception>
    public ServedArm Load(GenerationBlueprint blueprint, byte[] model, bool isLogged)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        var manifest = ManifestCache.Of(blueprint.Release);
        var reference = blueprint.Generation.Reference;
        if (manifest.Features.Count == 0)
            throw new ApplyException($"{reference} declares no features, so it has no rows to be applied to.");
        try
        {
            manifest = manifest with
            {
                Augment = [.. manifest.Augment.Select(augment => augment with { Deadline = FeedDeadline })],
                Serving = manifest.Serving with { Log = isLogged ? QueryLogMode.Durable : QueryLogMode.None },
            };
            var served = new ServedGeneration(
                blueprint.Generation, manifest, feeds, rules, time, options.Limits, blueprint.SamplingSeed, feedsMustAnswer: true);
            var loaded = Load(manifest, model);
            var lease = new ModelLease(loaded, () =>
            {
                loaded.Dispose();
                served.Dispose();
            });
            return new ServedArm(ArmNames.Requested, served, lease, new ServingMeter(reference, isLogged));
        }
        catch (Exception exception) when (exception is ModelException or FeedException or ManifestException)
        {
            throw new ApplyException($"{reference} cannot be applied: {exception.Message}", exception);
        }
    }

    /// <summary>Loads a model for rows that come in batches, each of which is a run of its own on the thread that brings it.</summary>
    /// <exception cref="ModelException">It is no model, or does not fit the manifest.</exception>
    private LoadedModel Load(Manifest manifest, byte[] bytes)
    {
        var runs = new ProjectRuns();
        var runner = ModelRunner.Load(bytes, manifest, watchdog);
        var isIndependent = BatchProbe.RowsAreIndependent(runner, manifest);
        var batcher = new ModelBatcher(runner, runs, joins: false, joinsOutputs: false, manifest.Serving, time);
        return new LoadedModel(runner, batcher, runs, bytes.Length, isIndependent);
    }
}
