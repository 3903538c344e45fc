using System.Text.Json;
using System.Text.Json.Serialization;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;

namespace Progeny.Core.Training;

/// <summary>How the files of the trainer's contract are written and read: camelCase names, indented, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    Converters = [typeof(LowerCaseNames<FeatureType>), typeof(LowerCaseNames<MachineLearningTask>)])]
[JsonSerializable(typeof(TrainerSchema))]
public sealed partial class TrainerJson : JsonSerializerContext;

/// <summary>Writes an enum as its name in lower case and refuses numbers.</summary>
internal sealed class LowerCaseNames<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
