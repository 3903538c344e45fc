using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>
/// The projects that the tests of serving ask: what follows name, version and pipeline in their manifests, and their models.
/// </summary>
internal static class ServedProjects
{
    private const string Rich = """
        task: regression
        label: {name: minutes}
        entity: customer
        schema:
          features:
            - {name: hour, type: int, min: 0, max: 23}
            - {name: distance, type: float, max: 1000}
            - {name: express, type: bool}
            - {name: weight, type: float, nullable: true}
            - {name: stops, type: int, nullable: true}
            - {name: vehicle, type: category, nullable: true, values: [car, bike]}
            - {name: courier, type: category}
            - {name: note, type: text, nullable: true}
        """;

    private const string Iris = """
        task: multiclass
        label: {name: species, classes: ["0", "1", "2"]}
        schema:
          features:
            - {name: sepal_length, type: float}
            - {name: sepal_width, type: float}
            - {name: petal_length, type: float}
            - {name: petal_width, type: float}
        """;

    private const string Shop = """
        task: regression
        label: {name: sales}
        schema:
          features:
            - {name: rating, type: float}
            - {name: region, type: category, nullable: true}
        augment:
        """;

    private const string View = """

          - {name: facts, view: ratings, at: asked_at, cache: 0ms, deadline: 10s}
        views:
          - name: ratings
            feed: shops
            keys: [shop]
            known_at: known
            features: [rating, region]
            query: |
              SELECT 'a' AS shop, '2020-01-01' AS known, 2.5 AS rating, 'east' AS region
              UNION ALL SELECT 'a', '2999-01-01', 5, 'to come'
              UNION ALL SELECT 'a', '2021-01-01T00:00:00+00:00', '4.5', NULL
              UNION ALL SELECT 'tie', '2021-01-01', 1, 'x'
              UNION ALL SELECT 'tie', '2021-01-01T01:00+01:00', 2, 'x'
        """;

    public static IReadOnlyDictionary<string, (string Manifest, byte[] Model)> All { get; } = new Dictionary<string, (string, byte[])>(
        StringComparer.Ordinal)
    {
        ["rich"] = (Rich, Sum()),
        ["durable"] = (Rich + "\nserving: {log: durable}", Sum()),
        ["unlogged"] = (Rich + "\nserving: {log: none}", Sum()),
        ["unfeeling"] = (Rich, Sum()),
        ["iris"] = (Iris, File.ReadAllBytes(InModels("iris.onnx"))),
        ["iris64"] = (Iris, File.ReadAllBytes(InModels("iris64.onnx"))),
        ["stranger"] = ("task: multiclass", File.ReadAllBytes(InModels("iris.onnx"))),
        ["types"] = ("task: regression", EveryType()),
        ["difference"] = ("task: regression", Difference(["n"])),
        ["fixed"] = ("task: regression", Identity(TensorElementType.Float, [2, 3])),
        ["scalar"] = ("task: regression", Identity(TensorElementType.Float, [])),
        ["any"] = ("task: regression", Identity(TensorElementType.Float, null)),
        ["any_text"] = ("task: regression", Identity(TensorElementType.String, null)),
        ["shops"] = (
            Shop + Lookup(
                "shops",
                "SELECT rating, region FROM shops WHERE id = :shop",
                "default: {rating: 3, region: unknown}, cache: 0ms, deadline: 10s"), Rating()),
        ["cached"] = (
            Shop + Lookup("shops", "SELECT rating, region FROM shops WHERE id = :shop", "default: {rating: 3}, cache: 1h, deadline: 10s"),
            Rating()),
        ["strict"] = (Shop + Lookup("shops", "SELECT rating, region FROM shops WHERE id = :shop", "cache: 0ms, deadline: 10s"), Rating()),
        ["misfit"] = (
            Shop + Lookup("shops", "SELECT size AS rating, region FROM shops WHERE id = :shop", "cache: 0ms, deadline: 10s"), Rating()),
        ["broken"] = (Shop + Lookup("gone", "SELECT rating, region FROM shops WHERE id = :shop", "default: {rating: 3}"), Rating()),
        ["down"] = (Shop + Lookup("gone", "SELECT rating, region FROM shops WHERE id = :shop", ""), Rating()),
        ["hanging"] = (
            Shop + Lookup("hung", "SELECT rating, region FROM shops WHERE id = :shop", "default: {rating: 3}, deadline: 50ms"), Rating()),
        ["endless"] = (
            Shop + Lookup("hung", "SELECT rating, region FROM shops WHERE id = :shop", "default: {rating: 3}, deadline: 20s"), Rating()),
        ["patient"] = (
            Shop + Lookup("hung", "SELECT rating, region FROM shops WHERE id = :shop", "default: {rating: 3}, deadline: 2s")
                + "\nserving: {max_queue: 2}", Rating()),
        ["viewed"] = (Shop + View, Rating()),
        ["slow"] = (Shop + Lookup("shops", Endless, "default: {rating: 3}, deadline: 50ms"), Rating()),
    };

    /// <summary>Asks for more than a node could count in a minute.</summary>
    private const string Endless =
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000000) SELECT COUNT(*) + LENGTH(:shop) AS rating, "
            + "'' AS region FROM c";

    public static string InModels(string file) => Path.Combine(AppContext.BaseDirectory, "Models", file);

    public static string InputOf(DataType type) => $"in_{ElementTypes.NameOf(type)}";

    public static string OutputOf(DataType type) => $"out_{ElementTypes.NameOf(type)}";

    /// <summary>difference = a - b, over one dimension.</summary>
    private static byte[] Difference(object[] shape) => Model(Graph(
        Node("Sub", ["a", "b"], ["difference"]),
        Input("a", Tensor(TensorElementType.Float, shape)),
        Input("b", Tensor(TensorElementType.Float, shape)),
        Output("difference", Tensor(TensorElementType.Float, shape))));

    private static string Lookup(string feed, string query, string more) =>
        $"\n  - {{name: facts, feed: {feed}, features: [rating, region], query: \"{query}\"{(more.Length > 0 ? ", " + more : "")}}}";

    /// <summary>value = hour + square root of distance, whatever the other features are; NaN where the distance is below 0.</summary>
    private static byte[] Sum() => Model(Graph(
        Node("Cast", ["hour"], ["hours"], Attribute("to", 2, Number(3, (int)TensorElementType.Float))),
        Node("Sqrt", ["distance"], ["root"]),
        Node("Add", ["hours", "root"], ["value"]),
        Column("hour", TensorElementType.Int64),
        Column("distance", TensorElementType.Float),
        Column("express", TensorElementType.Bool),
        Column("weight", TensorElementType.Float),
        Column("stops", TensorElementType.Float),
        Column("vehicle", TensorElementType.String),
        Column("courier", TensorElementType.String),
        Column("note", TensorElementType.String),
        Output("value", Tensor(TensorElementType.Float, ["n", 1]))));

    /// <summary>value = rating.</summary>
    private static byte[] Rating() => Model(Graph(
        Node("Identity", ["rating"], ["value"]),
        Column("rating", TensorElementType.Float),
        Column("region", TensorElementType.String),
        Output("value", Tensor(TensorElementType.Float, ["n", 1]))));

    private static Part Column(string name, TensorElementType type) => Input(name, Tensor(type, ["n", 1]));

    private static byte[] EveryType()
    {
        var types = Enum.GetValues<DataType>();
        object[] shape = ["n", "m"];
        return Model(Graph([
            .. types.Select(type => Node("Identity", [InputOf(type)], [OutputOf(type)])),
            .. types.Select(type => Input(InputOf(type), Tensor(ElementTypes.ToOnnx(type), shape))),
            .. types.Select(type => Output(OutputOf(type), Tensor(ElementTypes.ToOnnx(type), shape)))]));
    }
}
