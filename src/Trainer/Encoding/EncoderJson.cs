using System.Text.Json.Serialization;

namespace Progeny.Trainer.Encoding;

/// <summary>How the state's <c>encoders.json</c> is written and read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = false)]
[JsonSerializable(typeof(EncoderState))]
internal sealed partial class EncoderJson : JsonSerializerContext;
