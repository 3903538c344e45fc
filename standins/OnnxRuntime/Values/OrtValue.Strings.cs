using System.Text;
using Microsoft.ML.OnnxRuntime.Native;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

public sealed unsafe partial class OrtValue
{
    /// <summary>Sets an element of a string tensor; the text is copied as UTF-8.</summary>
    /// <param name="str">The text.</param>
    /// <param name="index">Which element, in row-major order.</param>
    /// <exception cref="OnnxRuntimeException">There is no such element, or the tensor holds no strings.</exception>
    public void StringTensorSetElementAt(ReadOnlySpan<char> str, int index)
    {
        var bytes = Resize(index, Encoding.UTF8.GetByteCount(str));
        Encoding.UTF8.GetBytes(str, bytes);
        GC.KeepAlive(this);
    }

    /// <inheritdoc cref="StringTensorSetElementAt(ReadOnlySpan{char}, int)"/>
    /// <param name="rom">The text.</param>
    /// <param name="index">Which element, in row-major order.</param>
    public void StringTensorSetElementAt(ReadOnlyMemory<char> rom, int index) => StringTensorSetElementAt(rom.Span, index);

    /// <summary>Sets an element of a string tensor to a copy of these bytes.</summary>
    /// <param name="utf8Bytes">The text in UTF-8.</param>
    /// <param name="index">Which element, in row-major order.</param>
    /// <exception cref="OnnxRuntimeException">There is no such element, or the tensor holds no strings.</exception>
    public void StringTensorSetElementAt(ReadOnlySpan<byte> utf8Bytes, int index)
    {
        utf8Bytes.CopyTo(Resize(index, utf8Bytes.Length));
        GC.KeepAlive(this);
    }

    /// <summary>An element of a string tensor.</summary>
    /// <param name="index">Which element, in row-major order.</param>
    /// <exception cref="OnnxRuntimeException">There is no such element, or the tensor holds no strings.</exception>
    public string GetStringElement(int index)
    {
        var text = Encoding.UTF8.GetString(GetStringElementAsSpan(index));
        GC.KeepAlive(this);
        return text;
    }

    /// <summary>The characters of an element of a string tensor, as a copy.</summary>
    /// <param name="index">Which element, in row-major order.</param>
    /// <exception cref="OnnxRuntimeException">There is no such element, or the tensor holds no strings.</exception>
    public ReadOnlyMemory<char> GetStringElementAsMemory(int index) => GetStringElement(index).AsMemory();

    /// <summary>The UTF-8 bytes of an element of a string tensor; valid until it is set again or the value is disposed.</summary>
    /// <param name="index">Which element, in row-major order.</param>
    /// <exception cref="OnnxRuntimeException">There is no such element, or the tensor holds no strings.</exception>
    public ReadOnlySpan<byte> GetStringElementAsSpan(int index)
    {
        nuint length;
        Status.Check(OrtApi.GetStringTensorElementLength(Handle, (nuint)index, &length));
        // Resizing to the length it has is the one way of the C API to the bytes themselves.
        return length == 0 ? [] : Resize(index, (int)length);
    }

    /// <summary>All elements of a string tensor, in row-major order.</summary>
    /// <exception cref="OnnxRuntimeException">The value is no tensor of strings.</exception>
    public string[] GetStringTensorAsArray()
    {
        if (_elementCount < 0) Describe();
        if (_elementType != TensorElementType.String)
            throw new OnnxRuntimeException(ErrorCode.Fail, $"The tensor holds elements of {_elementType}, not strings.");
        var strings = new string[_elementCount];
        for (var i = 0; i < strings.Length; i++) strings[i] = GetStringElement(i);
        return strings;
    }

    private Span<byte> Resize(int index, int length)
    {
        byte* bytes;
        Status.Check(OrtApi.GetResizedStringTensorElementBuffer(Handle, (nuint)index, (nuint)length, &bytes));
        GC.KeepAlive(this);
        return new Span<byte>(bytes, length);
    }
}
