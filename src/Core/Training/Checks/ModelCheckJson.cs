using System.Text.Json.Serialization;
using Progeny.Core.Common;

namespace Progeny.Core.Training.Checks;

/// <summary>What a check in a process of its own says of it.</summary>
/// <param name="Stage">Where the model was refused; null: it was not.</param>
/// <param name="Message">Why.</param>
internal sealed record ModelCheckOutcome(
    TrainingStage? Stage, string? Message, ModelPerformance? Performance, IReadOnlyList<ProjectTestResult> Tests);

/// <summary>How the files of a check are written and read.</summary>
[JsonSerializable(typeof(ModelCheckRequest))]
[JsonSerializable(typeof(ModelCheckOutcome))]
internal sealed partial class ModelCheckJson : JsonSerializerContext;
