using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>The REST surface of the Open Inference Protocol, with models that strangers made.</summary>
[Collection(ServingCollection.Name)]
public sealed class InferenceProtocolTests(ServingNode serving)
{
    public static TheoryData<DataType, string> Values => new()
    {
        { DataType.Bool, "true,false,false,true" },
        { DataType.UInt8, "0,255,1,2" },
        { DataType.UInt16, "0,65535,1,2" },
        { DataType.UInt32, "0,4294967295,1,2" },
        { DataType.UInt64, "0,18446744073709551615,1,2" },
        { DataType.Int8, "-128,127,0,1" },
        { DataType.Int16, "-32768,32767,0,1" },
        { DataType.Int32, "-2147483648,2147483647,0,1" },
        { DataType.Int64, "-9223372036854775808,9223372036854775807,0,1" },
        { DataType.Fp16, "0.5,-65504,\"NaN\",\"Infinity\"" },
        { DataType.Fp32, "0.1,3.4028235E+38,\"NaN\",\"-Infinity\"" },
        { DataType.Fp64, "0.1,1.7976931348623157E+308,\"NaN\",5E-324" },
        { DataType.Bytes, "\"\",\"\u00e4\u65e5\",\"a\\\"b\",\"\\u0000\"" },
    };

    [Fact]
    public async Task Server_says_what_it_is_and_that_it_lives()
    {
        var server = await serving.GetAsync("/v2", 200);
        ((string)server["name"]!).ShouldBe("progeny");
        ((string)server["version"]!).ShouldNotBeEmpty();
        server["extensions"]!.ToJsonString().ShouldStartWith("[\"binary_tensor_data\"");
        ((bool)(await serving.GetAsync("/v2/health/live", 200))["live"]!).ShouldBeTrue();
        ((bool)(await serving.GetAsync("/v2/health/ready", 200))["ready"]!).ShouldBeTrue();
    }

    [Theory]
    [InlineData("/v2/models/difference")]
    [InlineData("/v2/models/difference/versions/1.0.0:1")]
    public async Task Model_is_described_with_and_without_version(string path)
    {
        var model = await serving.GetAsync(path, 200);
        ((string)model["name"]!).ShouldBe("difference");
        ((string)model["platform"]!).ShouldBe("onnxruntime_onnx");
        model["versions"]!.ToJsonString().ShouldBe("[\"1.0.0:1\"]");
        model["inputs"]!.ToJsonString()
            .ShouldBe("""[{"name":"a","datatype":"FP32","shape":[-1]},{"name":"b","datatype":"FP32","shape":[-1]}]""");
        model["outputs"]!.ToJsonString().ShouldBe("""[{"name":"difference","datatype":"FP32","shape":[-1]}]""");
        var ready = await serving.GetAsync(path + "/ready", 200);
        ((string)ready["name"]!).ShouldBe("difference");
        ((bool)ready["ready"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Model_with_a_schema_is_described_by_its_features()
    {
        var model = await serving.GetAsync("/v2/models/iris", 200);
        model["inputs"]!.AsArray().Select(input => $"{input!["name"]} {input["datatype"]} {input["shape"]!.ToJsonString()}")
            .ShouldBe(["sepal_length FP32 [-1,1]", "sepal_width FP32 [-1,1]", "petal_length FP32 [-1,1]", "petal_width FP32 [-1,1]"]);
        model["outputs"]!.AsArray().Select(output => (string)output!["name"]!).ShouldBe(["output_label", "probabilities"]);
    }

    [Theory]
    [InlineData("/v2/models/nobody", 404)]
    [InlineData("/v2/models/nobody/ready", 404)]
    [InlineData("/v2/models/difference/versions/1.0.0:9", 404)]
    [InlineData("/v2/models/difference/versions/9/ready", 404)]
    [InlineData("/v2/models/idle", 409)]
    [InlineData("/v2/models/idle/ready", 409)]
    public async Task Model_that_is_not_there_is_a_problem_with_the_protocols_member(string path, int status)
    {
        var problem = await serving.GetAsync(path, status);
        ((string)problem["error"]!).ShouldBe((string)problem["detail"]!);
    }

    [Theory, MemberData(nameof(Values))]
    public async Task Every_datatype_passes_through_flat_and_nested(DataType type, string values)
    {
        var expected = JsonNode.Parse($"[{values}]")!.ToJsonString();
        var elements = JsonNode.Parse($"[{values}]")!.AsArray().Select(value => value!.ToJsonString()).ToArray();
        var nested = $"[[{elements[0]},{elements[1]}],[{elements[2]},{elements[3]}]]";
        foreach (var data in (string[])[expected, nested])
        {
            var inputs = Enum.GetValues<DataType>().Select(other => other == type
                ? Input(ServedProjects.InputOf(type), type, "2,2", data)
                : Input(ServedProjects.InputOf(other), other, "0,0", "[]"));
            var answer = await serving.PostAsync(
                "/v2/models/types/infer",
                $"{{\"id\":\"t\",\"parameters\":{{}},\"inputs\":[{string.Join(',', inputs)}],\"outputs\":[{{\"name\":\"{ServedProjects.OutputOf(type)}\"}}]}}",
                200);
            ((string)answer["model_name"]!).ShouldBe("types");
            ((string)answer["model_version"]!).ShouldBe("1.0.0:1");
            ((string)answer["id"]!).ShouldBe("t");
            var output = answer["outputs"]!.AsArray().ShouldHaveSingleItem()!;
            ((string)output["name"]!).ShouldBe(ServedProjects.OutputOf(type));
            ((string)output["datatype"]!).ShouldBe(ElementTypes.NameOf(type));
            output["shape"]!.ToJsonString().ShouldBe("[2,2]");
            output["data"]!.ToJsonString().ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("UINT8", "256")]
    [InlineData("INT8", "-129")]
    [InlineData("INT32", "2147483648")]
    [InlineData("UINT64", "-1")]
    [InlineData("INT64", "1.5")]
    [InlineData("INT64", "null")]
    [InlineData("BOOL", "1")]
    [InlineData("FP16", "65520")]
    [InlineData("FP32", "1e39")]
    [InlineData("FP64", "1e309")]
    [InlineData("FP32", "\"1\"")]
    [InlineData("FP32", "{}")]
    [InlineData("BYTES", "1")]
    public async Task Element_that_does_not_fit_its_datatype_is_refused(string type, string value)
    {
        var problem = await serving.PostAsync(
            "/v2/models/types/infer",
            $"{{\"inputs\":[{{\"name\":\"in_{type}\",\"shape\":[1,1],\"datatype\":\"{type}\",\"data\":[{value}]}}]}}",
            400);
        ((string)problem["error"]!).ShouldBe($"Element 0 of input 'in_{type}' does not fit its datatype {type}.");
    }

    [Fact]
    public async Task Inputs_in_another_order_mean_the_same_and_the_answer_is_the_models_own()
    {
        float[] a = [5, 0.1f, -3], b = [1, 2, 1e-3f];
        using var session = new InferenceSession(
            await serving.Http.GetByteArrayAsync("/api/projects/difference/generations/1.0.0:1/model"));
        using var options = new RunOptions();
        using var left = OrtValue.CreateTensorValueFromMemory(a, [3]);
        using var right = OrtValue.CreateTensorValueFromMemory(b, [3]);
        using var results = session.Run(options, ["a", "b"], [left, right], ["difference"]);
        var expected = results[0].GetTensorDataAsSpan<float>().ToArray();

        var (first, second) = (
            Input("a", DataType.Fp32, "3", JsonSerializer.Serialize(a)), Input("b", DataType.Fp32, "3", JsonSerializer.Serialize(b)));
        foreach (var inputs in (string[])[$"{first},{second}", $"{second},{first}"])
        {
            var answer = await serving.PostAsync("/v2/models/difference/infer", $"{{\"inputs\":[{inputs}]}}", 200);
            answer["outputs"]![0]!["data"]!.AsArray().Select(value => (float)value!).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("scalar", "[]", "[7]")]
    [InlineData("fixed", "[2,3]", "[1,2,3,4,5,6]")]
    [InlineData("any", "[]", "[7]")]
    [InlineData("any", "[1,2,1,2]", "[1,2,3,4]")]
    [InlineData("any", "[0,3]", "[]")]
    [InlineData("any", "[0]", "[]")]
    public async Task Shape_that_the_model_takes_is_answered_in_it(string model, string shape, string data)
    {
        var answer = await serving.PostAsync($"/v2/models/{model}/infer", X(shape, data), 200);
        answer["outputs"]![0]!["shape"]!.ToJsonString().ShouldBe(shape);
        answer["outputs"]![0]!["data"]!.ToJsonString().ShouldBe(data);
    }

    [Theory]
    [InlineData("fixed", "[3,2]", "[1,2,3,4,5,6]", "Input 'x' has the shape [3,2]; it would have to be [2,3] (-1: any).")]
    [InlineData("fixed", "[6]", "[1,2,3,4,5,6]", "Input 'x' has the shape [6]; it would have to be [2,3] (-1: any).")]
    [InlineData("fixed", "[2,3]", "[[1,2],[3,4],[5,6]]", "The data of input 'x' is nested otherwise than its shape [2,3]")]
    [InlineData("fixed", "[2,3]", "[[1,2,3],[4,5]]", "The data of input 'x' is nested otherwise than its shape [2,3]")]
    [InlineData("fixed", "[2,3]", "[1,2,[3,4,5,6]]", "The data of input 'x' is nested otherwise than its shape [2,3]")]
    [InlineData("fixed", "[2,3]", "[[[1,2,3],[4,5,6]]]", "The data of input 'x' is nested otherwise than its shape [2,3]")]
    [InlineData("fixed", "[2,3]", "[1,2,3]", "Input 'x' has 3 elements; its shape [2,3] asks for")]
    [InlineData("fixed", "[2,3]", "[1,2,3,4,5,6,7]", "Input 'x' has 7 elements; its shape [2,3] asks for 6.")]
    [InlineData("any", "[60000000]", "[1]", "Input 'x' has 1 elements; its shape [60000000] asks for more.")]
    [InlineData("any", "[4611686018427387904,4]", "[1]", "asks for more.")]
    [InlineData("any", "[-1]", "[1]", "inputs[0].shape[0] must be an integer from 0.")]
    [InlineData("any", "[1.5]", "[1]", "inputs[0].shape[0] must be an integer from 0.")]
    [InlineData("any", "1", "[1]", "inputs[0].shape must be an array of extents.")]
    [InlineData("any", "[1]", "1", "The data of input 'x' must be an array.")]
    public async Task Shape_or_data_that_do_not_fit_are_refused(string model, string shape, string data, string message)
    {
        var problem = await serving.PostAsync($"/v2/models/{model}/infer", X(shape, data), 400);
        ((string)problem["error"]!).ShouldContain(message);
    }

    [Theory]
    [InlineData("{}", "Input 'x' is missing; the inputs are x.")]
    [InlineData("[1]", "The request must be a JSON object like {\"inputs\"")]
    [InlineData("{\"inputs\":[]}", "Input 'x' is missing; the inputs are x.")]
    [InlineData("{\"inputs\":null}", "Input 'x' is missing; the inputs are x.")]
    [InlineData("{\"inputs\":[1]}", "inputs[0] must be an object")]
    [InlineData("{\"inputs\":[{}]}", "inputs[0] (unnamed) has no 'name'")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP31\"}]}", "inputs[0].datatype 'FP31' is no datatype; one of BOOL, UINT8")]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"dat\":[1]}]}", "inputs[0].dat is no part of an input")]
    [InlineData(
        "{\"inputs\":[{\"name\":\"x\",\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}",
        "inputs[0].name appears more than once")]
    [InlineData("{\"id\":7,\"inputs\":[]}", "'id' must be a text of 1 to 256 characters, or be left out")]
    [InlineData("{\"id\":\"a\",\"id\":\"b\",\"inputs\":[]}", "'id' appears more than once")]
    [InlineData("{\"outputs\":[{}],\"inputs\":[]}", "outputs[0] has no 'name'")]
    [InlineData("{\"outputs\":[\"y\"],\"inputs\":[]}", "outputs[0] must be an object with a 'name'")]
    [InlineData("{\"parameters\":[],\"inputs\":[]}", "'parameters' must be an object")]
    [InlineData("{\"input\":[]}", "'input' is no part of a request")]
    [InlineData("{\"inputs\":", "The request is no JSON")]
    public async Task Request_that_is_none_is_refused(string json, string message)
    {
        var problem = await serving.PostAsync("/v2/models/any/infer", json, 400);
        ((string)problem["error"]!).ShouldContain(message);
    }

    [Fact]
    public async Task Inputs_and_outputs_that_the_model_has_not_are_refused_with_those_that_it_has()
    {
        var (a, b, c) = (
            Input("a", DataType.Fp32, "1", "[1]"), Input("b", DataType.Fp32, "1", "[1]"), Input("bb", DataType.Fp32, "1", "[1]"));
        await Refuses($"{{\"inputs\":[{a}]}}", "Input 'b' is missing; the inputs are a, b.");
        await Refuses($"{{\"inputs\":[{a},{b},{c}]}}", "There is no input 'bb'; the inputs are a, b.");
        await Refuses($"{{\"inputs\":[{a},{a},{b}]}}", "Input 'a' appears more than once.");
        await Refuses(
            $"{{\"inputs\":[{a},{Input("b", DataType.Fp64, "1", "[1]")}]}}", "Input 'b' has the type FP64; it would have to be FP32.");
        await Refuses(
            $"{{\"inputs\":[{a},{b}],\"outputs\":[{{\"name\":\"sum\"}}]}}", "There is no output 'sum'; the outputs are difference.");

        async Task Refuses(string json, string message)
        {
            var problem = await serving.PostAsync("/v2/models/difference/infer", json, 400);
            ((string)problem["error"]!).ShouldBe(message);
        }
    }

    [Fact]
    public async Task Inputs_that_do_not_fit_each_other_are_the_callers_fault()
    {
        var problem = await serving.PostAsync(
            "/v2/models/difference/infer",
            $"{{\"inputs\":[{Input("a", DataType.Fp32, "2", "[1,2]")},{Input("b", DataType.Fp32, "3", "[1,2,3]")}]}}",
            400);
        ((string)problem["error"]!).ShouldContain("The model cannot run on these inputs");
    }

    [Fact]
    public async Task Strangers_model_answers_through_its_own_matrix_without_its_maps()
    {
        var facts = JsonNode.Parse(await File.ReadAllTextAsync(ServedProjects.InModels("iris.json")))!;
        var rows = facts["rows"]!.AsArray();
        var answer = await serving.PostAsync(
            "/v2/models/stranger/infer", $"{{\"inputs\":[{Input("X", DataType.Fp32, $"{rows.Count},4", rows.ToJsonString())}]}}", 200);
        answer["outputs"]!.AsArray().Select(output => (string)output!["name"]!).ShouldBe(["output_label", "probabilities"]);
        ShouldBeNear(answer["outputs"]![1]!["data"]!.AsArray(), facts["probabilities"]!.AsArray());
        var refused = await serving.PostAsync(
            "/v2/models/stranger/infer",
            $"{{\"inputs\":[{Input("X", DataType.Fp32, "1,4", "[1,2,3,4]")}],\"outputs\":[{{\"name\":\"output_probability\"}}]}}",
            400);
        ((string)refused["error"]!).ShouldContain("the outputs are output_label, probabilities");
    }

    [Theory]
    [InlineData("iris")]
    [InlineData("iris64")]
    public async Task Strangers_model_under_a_schema_predicts_what_scikit_learn_predicts(string project)
    {
        var facts = JsonNode.Parse(await File.ReadAllTextAsync(ServedProjects.InModels("iris.json")))!;
        string[] names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
        var rows = facts["rows"]!.AsArray()
            .Select(row => $"{{{string.Join(',', names.Select((name, i) => $"\"{name}\":{row![i]!.ToJsonString()}"))}}}");
        var answer = await serving.PostAsync($"/api/projects/{project}/predict", PredictAnswersTests.Rows([.. rows]), 200);
        var predicted = answer["predictions"]!.AsArray()
            .Select(row => new JsonArray([.. row!["probabilities"]!.AsObject().Select(pair => pair.Value!.DeepClone())]));
        ShouldBeNear(new JsonArray([.. predicted]), facts["probabilities"]!.AsArray());
        foreach (var row in answer["predictions"]!.AsArray())
        {
            var best = row!["probabilities"]!.AsObject().MaxBy(pair => (float)pair.Value!).Key;
            ((string)row["label"]!).ShouldBe(best);
        }

        var inputs = names.Select(
            (name, i) =>
                Input(name, DataType.Fp32, $"{facts["rows"]!.AsArray().Count}", $"[{string.Join(',', facts["rows"]!.AsArray().Select(row => row![i]!.ToJsonString()))}]"));
        var tensors = await serving.PostAsync(
            $"/v2/models/{project}/infer",
            $"{{\"inputs\":[{string.Join(',', inputs)}],\"outputs\":[{{\"name\":\"probabilities\"}}]}}",
            200);
        ShouldBeNear(tensors["outputs"]![0]!["data"]!.AsArray(), facts["probabilities"]!.AsArray());
    }

    [Theory]
    [InlineData("sepal_length", "[2,2]", "[1,2,3,4]", "FP32", "Input 'sepal_length' has the shape [2,2]; it would have to be [2,1]")]
    [InlineData("sepal_length", "[1]", "[\"a\"]", "BYTES", "Input 'sepal_length' has the type BYTES; it would have to be FP32.")]
    [InlineData("sepal_lenght", "[1]", "[1]", "FP32", "There is no input 'sepal_lenght'; did you mean 'sepal_length'?")]
    [InlineData("sepal_length", "[]", "[1]", "FP32", "must have the shape [rows, 1] with 1 to 100000 rows")]
    [InlineData("sepal_length", "[0,1]", "[]", "FP32", "must have the shape [rows, 1] with 1 to 100000 rows")]
    [InlineData("sepal_length", "[1]", "[\"Infinity\"]", "FP32", "row 0, sepal_length: Infinity is out of the range of a 32-bit float")]
    [InlineData("sepal_length", "[1]", "[1]", "FP32", "row 0, sepal_width: a value is required: 'sepal_width' is not nullable")]
    public async Task Tensor_that_does_not_fit_its_feature_is_refused(string name, string shape, string data, string type, string message)
    {
        var problem = await serving.PostAsync(
            "/v2/models/iris/infer",
            $"{{\"inputs\":[{{\"name\":\"{name}\",\"shape\":{shape},\"datatype\":\"{type}\",\"data\":{data}}}]}}",
            400);
        ((string)problem["error"]!).ShouldContain(message);
    }

    private static string X(string shape, string data) =>
        $"{{\"inputs\":[{{\"data\":{data},\"shape\":{shape},\"datatype\":\"FP32\",\"name\":\"x\"}}]}}";

    private static string Input(string name, DataType type, string shape, string data) =>
        $"{{\"name\":\"{name}\",\"data\":{data},\"datatype\":\"{ElementTypes.NameOf(type)}\",\"shape\":[{shape}]}}";

    private static void ShouldBeNear(JsonArray actual, JsonArray expected)
    {
        static IEnumerable<double> Flat(JsonArray array) =>
            array.SelectMany(item => item is JsonArray inner ? Flat(inner) : [(double)item!]);
        var (left, right) = (Flat(actual).ToList(), Flat(expected).ToList());
        left.Count.ShouldBe(right.Count);
        for (var i = 0; i < left.Count; i++)
            left[i].ShouldBe(right[i], 1e-5);
    }
}
