using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;

namespace Progeny.Core.Queries;

/// <summary>A tensor in JSON, as the Open Inference Protocol writes it.</summary>
public static class TensorWriter
{
    /// <summary>The member of an object that stands for an element which is no valid UTF-8.</summary>
    public const string Base64Member = "base64";

    /// <summary>
    /// Writes <c>"datatype"</c>, <c>"shape"</c> and <c>"data"</c>. Floats that JSON has no number for become the texts NaN, Infinity,
    /// -Infinity; an element of BYTES that is no valid UTF-8 becomes <c>{"base64": …}</c>, which the query log has and the protocol has
    /// not.
    /// </summary>
    public static void WriteBody(Utf8JsonWriter writer, Tensor tensor, bool withData)
    {
        writer.WriteString("datatype"u8, ElementTypes.NameOf(tensor.Type));
        writer.WriteStartArray("shape"u8);
        foreach (var extent in tensor.Shape)
            writer.WriteNumberValue(extent);
        writer.WriteEndArray();
        if (!withData)
            return;
        writer.WriteStartArray("data"u8);
        WriteData(writer, tensor);
        writer.WriteEndArray();
    }

    private static void WriteData(Utf8JsonWriter writer, Tensor tensor)
    {
        var data = tensor.Data.Span;
        switch (tensor.Type)
        {
            case DataType.Bool: foreach (var value in data) writer.WriteBooleanValue(value != 0); break;
            case DataType.UInt8: foreach (var value in data) writer.WriteNumberValue((uint)value); break;
            case DataType.Int8: foreach (var value in data) writer.WriteNumberValue((int)(sbyte)value); break;
            case DataType.UInt16: foreach (var value in MemoryMarshal.Cast<byte, ushort>(data)) writer.WriteNumberValue((uint)value); break;
            case DataType.Int16: foreach (var value in MemoryMarshal.Cast<byte, short>(data)) writer.WriteNumberValue((int)value); break;
            case DataType.UInt32: foreach (var value in MemoryMarshal.Cast<byte, uint>(data)) writer.WriteNumberValue(value); break;
            case DataType.Int32: foreach (var value in MemoryMarshal.Cast<byte, int>(data)) writer.WriteNumberValue(value); break;
            case DataType.UInt64: foreach (var value in MemoryMarshal.Cast<byte, ulong>(data)) writer.WriteNumberValue(value); break;
            case DataType.Int64: foreach (var value in MemoryMarshal.Cast<byte, long>(data)) writer.WriteNumberValue(value); break;
            case DataType.Fp16: foreach (var value in MemoryMarshal.Cast<byte, Half>(data)) WriteFloat(writer, (float)value); break;
            case DataType.Fp32: foreach (var value in MemoryMarshal.Cast<byte, float>(data)) WriteFloat(writer, value); break;
            case DataType.Fp64: foreach (var value in MemoryMarshal.Cast<byte, double>(data)) WriteDouble(writer, value); break;
            default: foreach (var value in tensor.Elements) WriteBytes(writer, value.Span); break;
        }
    }

    private static void WriteFloat(Utf8JsonWriter writer, float value)
    {
        if (float.IsFinite(value))
            JsonFloats.Write(writer, value);
        else
            writer.WriteStringValue(NameOf(value));
    }

    private static void WriteDouble(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
            JsonFloats.Write(writer, value);
        else
            writer.WriteStringValue(NameOf(value));
    }

    private static void WriteBytes(Utf8JsonWriter writer, ReadOnlySpan<byte> value)
    {
        if (Utf8.IsValid(value))
        {
            writer.WriteStringValue(value);
            return;
        }

        writer.WriteStartObject();
        writer.WriteBase64String(Base64Member, value);
        writer.WriteEndObject();
    }

    private static string NameOf(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}
