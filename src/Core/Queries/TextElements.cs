using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Progeny.Core.Queries;

/// <summary>
/// Elements of BYTES tensors as text. The protocol's BYTES and ONNX's strings are bytes of any kind; most are text in UTF-8.
/// </summary>
public static class TextElements
{
    /// <summary>Texts as elements.</summary>
    public static ImmutableArray<ReadOnlyMemory<byte>> Of(params IEnumerable<string> texts) =>
        [.. texts.Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text))];

    /// <summary>Reads an element that is valid UTF-8.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> element, [NotNullWhen(true)] out string? text)
    {
        text = Utf8.IsValid(element.Span) ? Encoding.UTF8.GetString(element.Span) : null;
        return text is not null;
    }
}
