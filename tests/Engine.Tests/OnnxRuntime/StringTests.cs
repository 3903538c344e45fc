using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Progeny.Engine.Tests.OnnxRuntime;

public sealed class StringTests
{
    private static readonly string[] Texts = ["", "plain", "Grüße", "日本語", "👩‍🚀 emoji", "a\0b", new('x', 100_000)];

    [Fact]
    public void Run_when_elements_are_strings_then_gives_them_back()
    {
        using var session = new InferenceSession(OnnxModel.Identity(TensorElementType.String, ["n"]));
        session.InputMetadata["x"].IsString.ShouldBeTrue();
        session.InputMetadata["x"].ElementType.ShouldBe(typeof(string));
        using var input = Strings(Texts);
        using var options = new RunOptions();

        using var outputs = session.Run(options, ["x"], [input], ["y"]);

        outputs[0].GetTensorTypeAndShape().IsString.ShouldBeTrue();
        outputs[0].GetStringTensorAsArray().ShouldBe(Texts);
        for (var i = 0; i < Texts.Length; i++)
        {
            outputs[0].GetStringElement(i).ShouldBe(Texts[i]);
            outputs[0].GetStringElementAsMemory(i).ToString().ShouldBe(Texts[i]);
            outputs[0].GetStringElementAsSpan(i).ToArray().ShouldBe(Encoding.UTF8.GetBytes(Texts[i]));
        }
    }

    [Fact]
    public void Create_when_no_element_is_set_then_all_are_empty()
    {
        using var tensor = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [2, 3]);

        tensor.IsTensor.ShouldBeTrue();
        tensor.GetTensorTypeAndShape().ElementDataType.ShouldBe(TensorElementType.String);
        tensor.GetTensorTypeAndShape().Shape.ShouldBe([2, 3]);
        tensor.GetStringTensorAsArray().ShouldBe(["", "", "", "", "", ""]);
    }

    [Fact]
    public void Set_when_given_characters_memory_or_bytes_then_stores_the_same()
    {
        using var tensor = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [3]);

        tensor.StringTensorSetElementAt("naïve".AsSpan(), 0);
        tensor.StringTensorSetElementAt("naïve".AsMemory(), 1);
        tensor.StringTensorSetElementAt("naïve"u8, 2);

        tensor.GetStringTensorAsArray().ShouldBe(["naïve", "naïve", "naïve"]);
    }

    [Fact]
    public void Set_when_element_has_a_text_then_replaces_it()
    {
        using var tensor = Strings(["a long text to begin with", "b"]);

        tensor.StringTensorSetElementAt("short".AsSpan(), 0);
        tensor.StringTensorSetElementAt("", 1);

        tensor.GetStringTensorAsArray().ShouldBe(["short", ""]);
    }

    [Fact]
    public void Set_when_there_is_no_such_element_then_says_so()
    {
        using var tensor = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [2]);

        Should.Throw<OnnxRuntimeException>(() => tensor.StringTensorSetElementAt("x".AsSpan(), 2));
        Should.Throw<OnnxRuntimeException>(() => tensor.StringTensorSetElementAt("x".AsSpan(), -1));
        Should.Throw<OnnxRuntimeException>(() => tensor.GetStringElement(2));
    }

    [Fact]
    public void Read_when_the_type_is_another_then_says_so()
    {
        using var strings = Strings(["1"]);
        using var numbers = OrtValue.CreateTensorValueFromMemory([1f], [1]);

        Should.Throw<OnnxRuntimeException>(() => strings.GetTensorDataAsSpan<byte>().Length);
        Should.Throw<OnnxRuntimeException>(() => strings.GetTensorMutableRawData().Length);
        Should.Throw<OnnxRuntimeException>(() => strings.GetTensorSizeInBytes());
        Should.Throw<OnnxRuntimeException>(() => numbers.GetStringTensorAsArray());
        Should.Throw<OnnxRuntimeException>(() => numbers.GetStringElement(0));
    }

    [Fact]
    public void Run_when_there_are_no_strings_then_gives_none()
    {
        using var session = new InferenceSession(OnnxModel.Identity(TensorElementType.String, ["n"]));
        using var input = Strings([]);
        using var options = new RunOptions();

        using var outputs = session.Run(options, ["x"], [input], ["y"]);

        outputs[0].GetStringTensorAsArray().ShouldBeEmpty();
    }

    private static OrtValue Strings(string[] texts)
    {
        var tensor = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [texts.Length]);
        for (var i = 0; i < texts.Length; i++) tensor.StringTensorSetElementAt(texts[i].AsSpan(), i);
        return tensor;
    }
}
