using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Models;
using Progeny.Core.Tracking.Runs;

namespace Progeny.Gateway.Tracking;

internal sealed record EmptyAnswer
{
    public static EmptyAnswer Instance { get; } = new();
}

internal sealed record ExperimentIdAnswer(string ExperimentId);

internal sealed record ExperimentAnswer(Experiment Experiment);

internal sealed record ExperimentsAnswer(IReadOnlyList<Experiment> Experiments, string? NextPageToken);

internal sealed record RunAnswer(TrackedRun Run);

internal sealed record RunInfoAnswer(RunInfo RunInfo);

internal sealed record RunsAnswer(IReadOnlyList<TrackedRun> Runs, string? NextPageToken);

internal sealed record MetricsAnswer(IReadOnlyList<MetricPoint> Metrics, string? NextPageToken = null);

internal sealed record FilesAnswer(IReadOnlyList<ArtifactEntry> Files, string? RootUri = null);

internal sealed record LoggedModelAnswer(LoggedModel Model);

internal sealed record LoggedModelsAnswer(IReadOnlyList<LoggedModel> Models, string? NextPageToken);

internal sealed record RegisteredModelAnswer(RegisteredModel RegisteredModel);

internal sealed record RegisteredModelsAnswer(IReadOnlyList<RegisteredModel> RegisteredModels, string? NextPageToken);

internal sealed record ModelVersionAnswer(ModelVersion ModelVersion);

internal sealed record ModelVersionsAnswer(IReadOnlyList<ModelVersion> ModelVersions, string? NextPageToken = null);

internal sealed record ArtifactUriAnswer(string ArtifactUri);

internal sealed record TraceAnswer(TraceHolder Trace);

internal sealed record TraceHolder(TraceView TraceInfo);

internal sealed record TracesAnswer(IReadOnlyList<TraceView> Traces, string? NextPageToken);

internal sealed record TracesDeletedAnswer(int TracesDeleted);

internal sealed record ServerInfoAnswer(bool WorkspacesEnabled);
