using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;
using static Progeny.Gateway.Tests.Serving.BinaryRequest;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>The binary data extension of the Open Inference Protocol, in both directions.</summary>
[Collection(ServingCollection.Name)]
public sealed class BinaryTensorTests(ServingNode serving)
{
    private const string Any = "/v2/models/any/infer";

    private static readonly float[] Odd =
        [
            0f,
            -0f,
            float.Epsilon,
            -float.Epsilon,
            1.1754942e-38f,
            1.1754944e-38f,
            float.MaxValue,
            float.MinValue,
            0.1f,
            16777217f,
            1f / 3,
            7.038531e-26f,
            float.PositiveInfinity,
            float.NegativeInfinity,
        ];

    [Fact]
    public async Task Independent_client_gets_the_same_bits_in_binary_and_in_json()
    {
        var address = serving.Http.BaseAddress!;
        var script = Path.Combine(AppContext.BaseDirectory, "Serving", "infer_client.py");
        var start = Processes.StartInfo("python3", script, address.Host, address.Port.ToString(CultureInfo.InvariantCulture));
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var client = Process.Start(start)!;
        var (exitCode, output, errors) = await client.EndAsync();
        (exitCode, errors.Trim()).ShouldBe((0, ""));
        output.Trim().ShouldBe("53");
    }

    [Fact]
    public async Task Floats_keep_every_bit_whichever_way_they_come_and_go()
    {
        var random = new Random(5);
        var values = new float[4_000];
        Odd.CopyTo(values, 0);
        for (var i = Odd.Length; i < values.Length; i++)
        {
            do
                values[i] = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            while (float.IsNaN(values[i]));
        }

        var bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        var json = "["
            + string.Join(
                ',',
                values.Select(
                    value =>
                        float.IsFinite(value)
                            ? value.ToString("R", CultureInfo.InvariantCulture)
                            : value > 0 ? "\"Infinity\"" : "\"-Infinity\"")) + "]";
        var shape = values.Length.ToString(CultureInfo.InvariantCulture);
        var (fromJson, _, binaryOfJson) = await SendAsync(
            serving.Http,
            Any,
            $"{{\"inputs\":[{{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[{shape}],\"data\":{json}}}],\"parameters\":{{\"binary_data_output\":true}}}}");
        var (fromBinary, _, binaryOfBinary) = await SendAsync(
            serving.Http,
            Any,
            $"{{\"inputs\":[{Input("x", "FP32", shape, bytes.Length)}],\"outputs\":[{{\"name\":\"y\",\"parameters\":{{\"binary_data\":true}}}}]}}",
            bytes);
        var (_, answer, none) = await SendAsync(serving.Http, Any, $"{{\"inputs\":[{Input("x", "FP32", shape, bytes.Length)}]}}", bytes);
        (fromJson, fromBinary).ShouldBe((200, 200));
        none.ShouldBeEmpty();
        binaryOfJson.AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        binaryOfBinary.AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        var read = answer["outputs"]![0]!["data"]!.AsArray().Select(value => float.Parse(value!.ToString(), CultureInfo.InvariantCulture))
            .ToArray();
        MemoryMarshal.AsBytes(read.AsSpan()).SequenceEqual(bytes).ShouldBeTrue();
    }

    [Theory]
    [InlineData(DataType.Int64)]
    [InlineData(DataType.Fp32)]
    [InlineData(DataType.UInt16)]
    public async Task Tensor_is_read_right_wherever_it_begins(DataType type)
    {
        var data = Enumerable.Range(1, 6 * ElementTypes.BytesOf(type)).Select(i => (byte)i).ToArray();
        for (var before = 0; before < 9; before++)
        {
            // The bytes before it and the blanks in the JSON move it to every address, odd ones, too.
            var inputs = string.Join(
                ',',
                Enum.GetValues<DataType>().Where(other => other != type && other != DataType.UInt8)
                    .Select(other => Input(ServedProjects.InputOf(other), ElementTypes.NameOf(other), "0,0", 0)));
            var json =
                $"{{\"inputs\":[{Input("in_UINT8", "UINT8", $"1,{before}", before)},{inputs},{Input(ServedProjects.InputOf(type), ElementTypes.NameOf(type), "2,3", data.Length)}]," +
                $"\"parameters\":{{\"binary_data_output\":true}},\"outputs\":[{{\"name\":\"{ServedProjects.OutputOf(type)}\"}}]}}{new string(' ', before / 2)}";
            var (status, answer, binary) = await SendAsync(serving.Http, "/v2/models/types/infer", json, new byte[before], data);
            status.ShouldBe(200, answer.ToJsonString());
            binary.ShouldBe(data);
        }
    }

    [Fact]
    public async Task Json_and_binary_mix_in_both_directions()
    {
        var (_, expected, _) = await SendAsync(
            serving.Http, "/v2/models/difference/infer", Difference("\"data\":[5,0.1]", "\"data\":[1,2]"));
        var (status, answer, binary) = await SendAsync(
            serving.Http,
            "/v2/models/difference/infer",
            Difference("\"data\":[5,0.1]", "\"parameters\":{\"binary_data_size\":8}"),
            Bytes(1f, 2f));
        (status, binary.Length).ShouldBe((200, 0));
        answer["outputs"]!.ToJsonString().ShouldBe(expected["outputs"]!.ToJsonString());

        // What an output says of itself counts before what the request says of all.
        var some =
            """{"inputs":[{"name":"X","datatype":"FP32","shape":[1,4],"parameters":{"binary_data_size":16}}],"parameters":{"binary_data_output":true},"outputs":[{"name":"output_label","parameters":{"binary_data":false}},{"name":"probabilities"}]}""";
        (status, answer, binary) = await SendAsync(serving.Http, "/v2/models/stranger/infer", some, Bytes(5.1f, 3.5f, 1.4f, 0.2f));
        status.ShouldBe(200, answer.ToJsonString());
        answer["outputs"]![0]!["data"]!.ToJsonString().ShouldBe("[0]");
        answer["outputs"]![1]!["data"].ShouldBeNull();
        ((int)answer["outputs"]![1]!["parameters"]!["binary_data_size"]!).ShouldBe(12);
        MemoryMarshal.Cast<byte, float>(binary).ToArray().Sum().ShouldBe(1, 1e-5f);

        static string Difference(string a, string b) =>
            $"{{\"inputs\":[{{\"name\":\"a\",\"datatype\":\"FP32\",\"shape\":[2],{a}}},{{\"name\":\"b\",\"datatype\":\"FP32\",\"shape\":[2],{b}}}]}}";
    }

    [Fact]
    public async Task Fields_of_a_schema_may_come_in_binary_and_are_logged_like_others()
    {
        var numbers = new[] { 5.1f, 3.5f, 1.4f, 0.2f };
        string[] names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
        var json = $"{{\"id\":\"in-binary\",\"inputs\":[{string.Join(',', names.Select(name => Input(name, "FP32", "1,1", 4)))}]}}";
        var (status, answer, _) = await SendAsync(serving.Http, "/v2/models/iris/infer", json, Bytes(numbers));
        var plain = await serving.PostAsync(
            "/v2/models/iris/infer",
            $"{{\"id\":\"in-json\",\"inputs\":[{string.Join(',', names.Select((name, i) => $"{{\"name\":\"{name}\",\"datatype\":\"FP32\",\"shape\":[1,1],\"data\":[{numbers[i].ToString("R", CultureInfo.InvariantCulture)}]}}"))}]}}",
            200);
        status.ShouldBe(200);
        answer["outputs"]!.ToJsonString().ShouldBe(plain["outputs"]!.ToJsonString());
        var logged = await serving.Node.UntilAsync("/api/projects/iris/queries/in-binary", _ => true);
        logged["fields"]!.ToJsonString().ShouldBe("""{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}""");
    }

    [Fact]
    public async Task Request_without_content_type_is_taken_as_some_clients_send_none()
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            Any)
            {
                Content = new ByteArrayContent(
                    [
                        .. """{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}]}"""u8,
                        0,
                        0,
                        0x80,
                        0x3f,
                    ]),
            };
        request.Headers.Add(Header, "91");
        using var response = await serving.Http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(200, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("FP32", "[2]", "8", 4, "Input 'x' has binary_data_size 8; 4 of the 4 bytes behind the request's JSON of ")]
    [InlineData("FP32", "[2]", "4", 4, "Input 'x' has 4 bytes of binary data; its shape [2] of FP32 takes 8.")]
    [InlineData("FP32", "[2]", "8", 12, "The request has 12 bytes behind its JSON of ")]
    [InlineData("FP32", "[2]", "8", 12, "; the inputs' binary_data_size add up to 8 ('x' 8).")]
    [InlineData("FP32", "[0]", "4", 4, "Input 'x' has 4 bytes of binary data; its shape [0] of FP32 takes 0.")]
    [InlineData("FP64", "[4611686018427387904]", "8", 8, "its shape [4611686018427387904] of FP64 takes more than any request has.")]
    [InlineData(
        "FP32", "[4294967296,4294967296,16]", "8", 8, "its shape [4294967296,4294967296,16] of FP32 takes more than any request has.")]
    [InlineData("FP32", "[3000000000]", "8", 8, "its shape [3000000000] of FP32 takes 12000000000.")]
    [InlineData("FP32", "[-2]", "8", 8, "inputs[0].shape[0] must be an integer from 0.")]
    [InlineData("FP32", "[2]", "-8", 8, "inputs[0].parameters.binary_data_size must be an integer from 0")]
    [InlineData("FP32", "[2]", "8.5", 8, "inputs[0].parameters.binary_data_size must be an integer from 0")]
    [InlineData("FP32", "[2]", "\"8\"", 8, "inputs[0].parameters.binary_data_size must be an integer from 0")]
    [InlineData("FP32", "[2]", "99999999999999999999", 8, "inputs[0].parameters.binary_data_size must be an integer from 0")]
    [InlineData("FP32", "[2]", "9223372036854775807", 8, "Input 'x' has binary_data_size 9223372036854775807; 8 of the 8 bytes")]
    [InlineData("BOOL", "[2]", "2", 2, "Element 0 of input 'x' is 255 in binary data; a BOOL is 0 or 1.")]
    [InlineData(
        "BYTES", "[1]", "6", 6, "Element 0 of input 'x' says that it has 4294967295 bytes; 2 of the 6 bytes of binary data are left.")]
    [InlineData("BYTES", "[2]", "7", 7, "Input 'x' has 7 bytes of binary data; its shape [2] asks for 2 elements")]
    [InlineData("BYTES", "[4611686018427387904,4]", "8", 8, "asks for more elements than any request has")]
    public async Task Sizes_that_lie_are_refused_with_the_tensor_and_the_sizes(
        string type, string shape, string size, int bytes, string message)
    {
        var json =
            $"{{\"inputs\":[{{\"name\":\"x\",\"datatype\":\"{type}\",\"shape\":{shape},\"parameters\":{{\"binary_data_size\":{size}}}}}]}}";
        var (status, answer, _) = await SendAsync(serving.Http, Any, json, Enumerable.Repeat((byte)255, bytes).ToArray());
        status.ShouldBe(400, answer.ToJsonString());
        ((string)answer["error"]!).ShouldContain(message);
    }

    [Theory]
    [InlineData("-3", "is '-3'; it must be the number of bytes of the request's JSON, 0 to ")]
    [InlineData("", "is ''; it must be")]
    [InlineData("12.5", "is '12.5'; it must be")]
    [InlineData("0x10", "is '0x10'; it must be")]
    [InlineData("99999999999999999999999", "is '99999999999999999999999'; it must be")]
    [InlineData("9223372036854775807", "is '9223372036854775807'; it must be")]
    [InlineData("500", "for this request of 98 bytes.")]
    [InlineData("0", "The request is no JSON")]
    [InlineData("10", "The request is no JSON")]
    [InlineData("90", "The request is no JSON")]
    [InlineData("92", "Input 'x' has binary_data_size 7; 6 of the 6 bytes behind the request's JSON of 92 are left for it.")]
    public async Task Header_that_is_no_length_of_the_json_is_refused(string header, string message)
    {
        var (status, answer, _) = await SendAsync(
            serving.Http,
            Any,
            [.. """{"inputs":[{"name":"x","datatype":"INT8","shape":[7],"parameters":{"binary_data_size":7}}]}"""u8, 1, 2, 3, 4, 5, 6, 7],
            header);
        status.ShouldBe(400, answer.ToJsonString());
        ((string)answer["error"]!).ShouldContain(message);
    }

    [Theory]
    [InlineData(
        """{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1],"parameters":{"binary_data_size":4}}]}""",
        "Input 'x' has both 'data' and binary_data_size 4")]
    [InlineData("""{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}""", "; no input has a binary_data_size.")]
    [InlineData(
        """{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"shared_memory_region":"r"}}]}""",
        "The parameter 'inputs[0].parameters.shared_memory_region' is not served here: tensors have to be in the request and its answer.")]
    [InlineData(
        """{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":[4]}]}""",
        "inputs[0].parameters is no part of an input, or of the wrong type")]
    [InlineData(
        """{"inputs":[],"outputs":[{"name":"y","parameters":{"binary_data":1}}]}""",
        "'outputs[0].parameters.binary_data' must be true or false")]
    [InlineData("""{"inputs":[],"parameters":{"binary_data_output":"yes"}}""", "'parameters.binary_data_output' must be true or false")]
    public async Task Mixture_that_means_nothing_is_refused(string json, string message)
    {
        var (status, answer, _) = await SendAsync(serving.Http, Any, json, new byte[4]);
        status.ShouldBe(400, answer.ToJsonString());
        ((string)answer["error"]!).ShouldContain(message);
    }

    [Fact]
    public async Task Binary_data_without_the_header_are_refused_with_what_is_missing()
    {
        var (status, answer, _) = await SendAsync(
            serving.Http, Any, Encoding.UTF8.GetBytes($"{{\"inputs\":[{Input("x", "FP32", "1", 4)}]}}"), null);
        status.ShouldBe(400);
        ((string)answer["error"]!).ShouldBe(
            "Input 'x' has binary_data_size 4, but the request has no header Inference-Header-Content-Length that says where its binary "
                + "data begin.");
    }

    [Fact]
    public async Task Requests_with_lies_by_the_thousand_are_never_the_nodes_failure()
    {
        var random = new Random(31);
        var json =
            $"{{\"id\":\"f\",\"inputs\":[{Input("a", "FP32", "2", 8)},{Input("b", "FP32", "2", 8)}],\"parameters\":{{\"binary_data_output\":true}}}}";
        string[] pieces = [
            "-1",
            "4",
            "8",
            "16",
            "1e3",
            "9223372036854775807",
            "null",
            "[]",
            "{}",
            "\"BYTES\"",
            "\"BOOL\"",
            "\"INT64\"",
            "true",
            "[0,4611686018427387904]",
        ];
        for (var i = 0; i < 1_500; i++)
        {
            var text = new StringBuilder(json);
            for (var change = random.Next(3); change > 0; change--)
            {
                var at = random.Next(text.Length - 10);
                var colon = text.ToString().IndexOf(':', at) + 1;
                var end = colon == 0 ? 0 : text.ToString().IndexOfAny([',', '}'], colon);
                if (end > colon)
                    text.Remove(colon, end - colon).Insert(colon, pieces[random.Next(pieces.Length)]);
            }

            var body = Encoding.UTF8.GetBytes(text.ToString());
            var header = random.Next(3) == 0 ? random.Next(-2, body.Length + 30) : body.Length;
            var binary = new byte[random.Next(4) == 0 ? random.Next(40) : 16];
            random.NextBytes(binary);
            var (status, answer, _) = await SendAsync(
                serving.Http, "/v2/models/difference/infer", [.. body, .. binary], header.ToString(CultureInfo.InvariantCulture));
            status.ShouldBeLessThan(500, $"{header} {text} -> {answer.ToJsonString()}");
        }
    }

    private static byte[] Bytes(params ReadOnlySpan<float> values) => MemoryMarshal.AsBytes(values).ToArray();
}
