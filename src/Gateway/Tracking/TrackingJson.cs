using System.Text.Json.Serialization;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Models;
using Progeny.Core.Tracking.Runs;

namespace Progeny.Gateway.Tracking;

/// <summary>
/// MLflow's JSON: names with underscores, whole numbers also as texts, <c>NaN</c> and infinities as texts.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(BatchRequest))]
[JsonSerializable(typeof(MetricRequest))]
[JsonSerializable(typeof(List<TrackingTag>))]
[JsonSerializable(typeof(List<InputRequest>))]
[JsonSerializable(typeof(List<RunModel>))]
[JsonSerializable(typeof(List<DatasetReference>))]
[JsonSerializable(typeof(List<OrderRequest>))]
[JsonSerializable(typeof(TraceHolder))]
[JsonSerializable(typeof(List<TraceLocation>))]
[JsonSerializable(typeof(EmptyAnswer))]
[JsonSerializable(typeof(ExperimentIdAnswer))]
[JsonSerializable(typeof(ExperimentAnswer))]
[JsonSerializable(typeof(ExperimentsAnswer))]
[JsonSerializable(typeof(RunAnswer))]
[JsonSerializable(typeof(RunInfoAnswer))]
[JsonSerializable(typeof(RunsAnswer))]
[JsonSerializable(typeof(MetricsAnswer))]
[JsonSerializable(typeof(FilesAnswer))]
[JsonSerializable(typeof(LoggedModelAnswer))]
[JsonSerializable(typeof(LoggedModelsAnswer))]
[JsonSerializable(typeof(RegisteredModelAnswer))]
[JsonSerializable(typeof(RegisteredModelsAnswer))]
[JsonSerializable(typeof(ModelVersionAnswer))]
[JsonSerializable(typeof(ModelVersionsAnswer))]
[JsonSerializable(typeof(ArtifactUriAnswer))]
[JsonSerializable(typeof(TraceAnswer))]
[JsonSerializable(typeof(TracesAnswer))]
[JsonSerializable(typeof(TracesDeletedAnswer))]
[JsonSerializable(typeof(ServerInfoAnswer))]
internal sealed partial class TrackingJson : JsonSerializerContext;
