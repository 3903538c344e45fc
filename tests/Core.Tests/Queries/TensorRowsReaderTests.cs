using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.Queries;

public sealed class TensorRowsReaderTests
{
    private static readonly Manifest Project = ServedManifests.Of(
        MachineLearningTask.Regression,
        ServedManifests.Number("x"),
        ServedManifests.Integer("n", nullable: true),
        new() { Name = "b", Type = FeatureType.Bool, Nullable = true },
        ServedManifests.Category("c", nullable: true)) with { Entity = "customer" };

    [Fact]
    public void Tensors_of_any_number_type_become_rows()
    {
        var rows = Read(
            Numbers<double>("x", DataType.Fp64, [1.5, -2]),
            Numbers<long>("n", DataType.Int64, [9_007_199_254_740_993, 2]),
            Numbers<float>("b", DataType.Fp32, [float.NaN, 1]),
            new Tensor { Name = "c", Type = DataType.Bytes, Shape = [2, 1], Elements = TextElements.Of("", "k") },
            Numbers<long>("customer", DataType.Int64, [9_007_199_254_740_993, 1]));
        rows.Features.Errors.ShouldBeEmpty();
        rows.Get(0, "x").ShouldBe(1.5f);
        rows.Get(0, "n").ShouldBe(9_007_199_254_740_993);
        rows.Get(0, "b").ShouldBeNull();
        rows.Get(1, "b").ShouldBe(true);
        rows.Get(0, "c").ShouldBeNull();
        rows.Get(1, "c").ShouldBe("k");
        rows.EntityOf(0).ShouldBe("9007199254740993");
    }

    [Fact]
    public void Other_fields_are_what_JSON_would_have_made_of_them()
    {
        Read(Numbers<float>("customer", DataType.Fp32, [7])).Get(0, "customer").ShouldBe(7L);
        Read(Numbers<double>("customer", DataType.Fp64, [0.5])).Get(0, "customer").ShouldBe(0.5);
        Read(Numbers<double>("customer", DataType.Fp64, [double.NaN])).Get(0, "customer").ShouldBeNull();
        Read(Numbers<byte>("customer", DataType.Bool, [1])).Get(0, "customer").ShouldBe(true);
    }

    [Fact]
    public void NaN_of_a_required_feature_is_a_missing_value()
    {
        var rows = Read(Numbers<float>("x", DataType.Fp32, [float.NaN]));
        rows.Features.CheckMissing();
        rows.Features.Errors.ShouldHaveSingleItem().Message.ShouldBe("a value is required: 'x' is not nullable");
    }

    [Fact]
    public void Tensors_that_are_no_columns_are_refused()
    {
        Refuses("The request has no inputs");
        Refuses("Input 'x' appears more than once.", Numbers<float>("x", DataType.Fp32, [1]), Numbers<float>("x", DataType.Fp32, [1]));
        Refuses("Input 'n' has the shape [2,1]; it would have to be [1,1], like the others.", Numbers<float>(
            "x", DataType.Fp32, [1]), Numbers<long>("n", DataType.Int64, [1, 2]));
        Refuses("Input 'x' has the type BOOL; it would have to be FP32.", Numbers<byte>("x", DataType.Bool, [1]));
        Refuses("Input 'c' has the type FP32; it would have to be BYTES.", Numbers<float>("c", DataType.Fp32, [1]));
        Refuses("There is no input 'kustomer'; did you mean 'customer'? The inputs are x, n, b, c, customer.", Numbers<float>(
            "kustomer", DataType.Fp32, [1]));
        Refuses("must have the shape [rows, 1] with 1 to 100000 rows", Numbers<float>(
            "x", DataType.Fp32, new float[QueryRowsReader.MaxRows + 1]));
    }

    [Fact]
    public void Texts_and_rows_times_fields_are_bounded()
    {
        var schema = new QuerySchema(Project, new QueryLimits(3, 10));
        foreach (var field in (string[])["c", "customer"])
        {
            var text = new Tensor { Name = field, Type = DataType.Bytes, Shape = [1, 1], Elements = ["abcd"u8.ToArray()] };
            TensorRowsReader.Read(new InferQuery { Inputs = [text] }, schema).Rows!.Features.Errors.ShouldHaveSingleItem()
                .Message.ShouldBe("the text has 4 bytes; at most 3 are allowed (Serving:MaxTextBytes)");
        }

        TensorRowsReader.Read(new InferQuery { Inputs = [Numbers<float>("x", DataType.Fp32, [1, 2, 3])] }, schema)
            .Error!.Message.ShouldContain("2 rows of the project's 5 fields");
    }

    private static QueryRows Read(params Tensor[] tensors)
    {
        var (rows, error) = TensorRowsReader.Read(new InferQuery { Inputs = [.. tensors] }, new QuerySchema(Project));
        error.ShouldBeNull();
        return rows!;
    }

    private static void Refuses(string message, params Tensor[] tensors)
    {
        var (_, error) = TensorRowsReader.Read(new InferQuery { Inputs = [.. tensors] }, new QuerySchema(Project));
        error!.Kind.ShouldBe(ServingErrorKind.InvalidQuery);
        error.Message.ShouldContain(message);
    }

    private static Tensor Numbers<T>(string name, DataType type, T[] values)
        where T : unmanaged =>
        new() { Name = name, Type = type, Shape = [values.Length, 1], Data = MemoryMarshal.AsBytes(values.AsSpan()).ToArray() };
}
