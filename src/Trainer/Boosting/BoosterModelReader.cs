using System.Globalization;
using System.Text.Json;

namespace Progeny.Trainer.Boosting;

/// <summary>Reads a model in XGBoost's JSON format (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html).</summary>
public static class BoosterModelReader
{
    public static BoosterModel Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var learner = document.RootElement.GetProperty("learner");
        var parameters = learner.GetProperty("learner_model_param");
        var baseScore = float.Parse(Text(parameters, "base_score").Trim('[', ']'), NumberStyles.Float, CultureInfo.InvariantCulture);
        var outputs = Math.Max(1, Whole(parameters, "num_class"));
        var columns = Whole(parameters, "num_feature");

        var booster = learner.GetProperty("gradient_booster");
        if (booster.GetProperty("name").ValueEquals("gblinear"))
        {
            var weights = Floats(booster.GetProperty("model").GetProperty("weights"));
            return new LinearModel(baseScore, outputs, columns, weights[..(columns * outputs)], weights[(columns * outputs)..]);
        }

        var isDart = booster.TryGetProperty("weight_drop", out var drop);
        var dropped = isDart ? Floats(drop) : null;
        var model = (isDart ? booster.GetProperty("gbtree") : booster).GetProperty("model");
        var groups = Integers(model.GetProperty("tree_info"));
        return new TreeModel(baseScore, outputs, columns, [.. model.GetProperty("trees").EnumerateArray().Select((tree, i) => new Tree(
            groups[i],
            dropped?[i] ?? 1,
            Integers(tree.GetProperty("left_children")),
            Integers(tree.GetProperty("right_children")),
            Integers(tree.GetProperty("split_indices")),
            Floats(tree.GetProperty("split_conditions")),
            [.. tree.GetProperty("default_left").EnumerateArray().Select(IsTrue)]))]);
    }

    static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    static int Whole(JsonElement element, string name) => int.Parse(Text(element, name), CultureInfo.InvariantCulture);

    static float[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetSingle())];

    static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetInt32())];

    static bool IsTrue(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetInt32() != 0 : value.GetBoolean();
}
