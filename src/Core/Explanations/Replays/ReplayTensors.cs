using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Core.Explanations.Replays;

/// <summary>Tensors as a record of the log has them in JSON (<see cref="TensorWriter"/>), read back.</summary>
internal static class ReplayTensors
{
    /// <exception cref="ReplayException">Their elements were not kept.</exception>
    public static ImmutableArray<Tensor> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateObject().Select(member => Read(member.Name, member.Value))];
    }

    private static Tensor Read(string name, JsonElement json)
    {
        if (!json.TryGetProperty("data", out var data))
            throw new ReplayException("The tensors were too large for the log (over 64 KiB): it kept their types and shapes only.");
        if (!ElementTypes.TryParse(json.GetProperty("datatype").GetString()!, out var type))
            throw new ReplayException($"Tensor '{name}' has a datatype that is not known any more.");
        var tensor = new Tensor { Name = name, Type = type, Shape = [.. json.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64())] };
        List<JsonElement> elements = [.. data.EnumerateArray()];
        return type switch
        {
            DataType.Bytes => tensor with { Elements = [.. elements.Select(ToBytes)] },
            DataType.Bool => tensor with { Data = elements.ConvertAll(element => element.GetBoolean() ? (byte)1 : (byte)0).ToArray() },
            DataType.UInt8 => Of(tensor, elements, element => element.GetByte()),
            DataType.Int8 => Of(tensor, elements, element => element.GetSByte()),
            DataType.UInt16 => Of(tensor, elements, element => element.GetUInt16()),
            DataType.Int16 => Of(tensor, elements, element => element.GetInt16()),
            DataType.UInt32 => Of(tensor, elements, element => element.GetUInt32()),
            DataType.Int32 => Of(tensor, elements, element => element.GetInt32()),
            DataType.UInt64 => Of(tensor, elements, element => element.GetUInt64()),
            DataType.Int64 => Of(tensor, elements, element => element.GetInt64()),
            DataType.Fp16 => Of(tensor, elements, element => (Half)ToSingle(element)),
            DataType.Fp32 => Of(tensor, elements, ToSingle),
            _ => Of(tensor, elements, ToDouble),
        };
    }

    private static Tensor Of<T>(Tensor tensor, List<JsonElement> elements, Func<JsonElement, T> read)
        where T : unmanaged => tensor with { Data = MemoryMarshal.AsBytes<T>(elements.Select(read).ToArray()).ToArray() };

    private static ReadOnlyMemory<byte> ToBytes(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? element.GetProperty(TensorWriter.Base64Member).GetBytesFromBase64()
        : Encoding.UTF8.GetBytes(element.GetString()!);

    // NaN, Infinity and -Infinity are texts.
    private static float ToSingle(JsonElement element) =>
        element.ValueKind is JsonValueKind.String ? float.Parse(element.GetString()!, CultureInfo.InvariantCulture) : element.GetSingle();

    private static double ToDouble(JsonElement element) =>
        element.ValueKind is JsonValueKind.String ? double.Parse(element.GetString()!, CultureInfo.InvariantCulture) : element.GetDouble();
}
