using Progeny.Core.Common;

namespace Progeny.Core.Manifests;

/// <summary>What a project says of itself: the contents of its <c>progeny.yaml</c>, checked.</summary>
/// <remarks>Every value has been checked when it was parsed; consumers do not check again.</remarks>
public sealed record Manifest
{
    /// <summary>The regular expression of a project's name.</summary>
    public const string NamePattern = "[a-z][a-z0-9_-]{0,62}";

    internal const string NameHint = "a project's name: lower-case letters, digits, - and _, a letter first, at most 63";

    /// <summary>The project's name: lower-case letters, digits, hyphen, underscore; starts with a letter; at most 63 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The release's semantic version, e.g. <c>1.2.0</c>.</summary>
    public required NuGet.Versioning.SemanticVersion Version { get; init; }

    public string Description { get; init; } = "";

    public required MachineLearningTask Task { get; init; }

    /// <summary>
    /// The features in the order the author gave them. Empty only with <see cref="PipelineManifest.Model"/>: then queries carry the
    /// model's own input tensors.
    /// </summary>
    public IReadOnlyList<Feature> Features { get; init; } = [];

    public LabelManifest? Label { get; init; }

    /// <summary>
    /// The feature or query field that identifies the entity (customer, device) for sticky selection; null: the query id.
    /// </summary>
    public string? Entity { get; init; }

    /// <summary>The feature views that <see cref="SourceManifest.AsOf"/> and <see cref="AugmentManifest.View"/> name.</summary>
    public IReadOnlyList<ViewManifest> Views { get; init; } = [];

    public SourceManifest? Source { get; init; }

    public OutcomesManifest? Outcomes { get; init; }

    public required PipelineManifest Pipeline { get; init; }

    public EvaluationManifest Evaluation { get; init; } = new();

    public ServingManifest Serving { get; init; } = new();

    public IReadOnlyList<AugmentManifest> Augment { get; init; } = [];

    public RetrainManifest? Retrain { get; init; }

    public IReadOnlyList<RuleManifest> Rules { get; init; } = [];

    public IReadOnlyList<MetricManifest> Metrics { get; init; } = [];

    public DriftManifest Drift { get; init; } = new();

    public TuneManifest? Tune { get; init; }

    public IReadOnlyList<AlertManifest> Alerts { get; init; } = [];

    public IReadOnlyList<GateManifest> Gates { get; init; } = [];

    public IReadOnlyList<HookManifest> Hooks { get; init; } = [];

    public IReadOnlyList<TestManifest> Tests { get; init; } = [];

    /// <summary>The views that are joined to training rows.</summary>
    public IEnumerable<ViewManifest> JoinedViews => Views.Where(view => Source?.AsOf.Contains(view.Name) is true);

    /// <summary>The feeds that it uses, with the place and the SQL of each; a view stands for what reads it.</summary>
    public IEnumerable<FeedUse> Feeds =>
    [
        .. Source is { Feed: { } source } ? [new FeedUse("source.feed", source, Source.Query!)] : Array.Empty<FeedUse>(),
        .. Outcomes is null ? Array.Empty<FeedUse>() : [new FeedUse("outcomes.feed", Outcomes.Feed, Outcomes.Query)],
        .. Views.Select((view, i) => new FeedUse($"views[{i}].feed", view.Feed, view.Query)),
        .. Augment.Select((augment, i) => (Augment: augment, Path: $"augment[{i}].feed")).Where(each => each.Augment.View is null)
            .Select(each => new FeedUse(each.Path, each.Augment.Feed, each.Augment.Query)),
    ];

    /// <summary>The names of the webhooks that it uses, with the place of each.</summary>
    public IEnumerable<(string Path, string Webhook)> Webhooks =>
    [
        .. Alerts.Select((alert, i) => ($"alerts[{i}].webhook", alert.Webhook!)).Where(use => use.Item2 is not null),
        .. Hooks.Select((hook, i) => ($"hooks[{i}].webhook", hook.Webhook)),
    ];

    /// <summary>The text that it was read from; null: it was made otherwise.</summary>
    public string? Text { get; init; }
}
