using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Trainer.Boosting;
using Progeny.Trainer.Data;
using Progeny.Trainer.Encoding;
using Progeny.Trainer.Settings;

namespace Progeny.Trainer.Jobs;

/// <summary>Predicts with the native library, the measure for the ONNX model.</summary>
public static class Predictor
{
    /// <summary>Predictions of rows: the probabilities of all classes in order, or one value.</summary>
    public static float[][] Predict(Booster booster, FeatureEncoders encoders, Objective objective, TrainingRows data, int from, int to)
    {
        var columns = encoders.Columns();
        using var matrix = new DataMatrix(encoders.Encode(data, from, to), to - from, columns);
        var values = booster.Predict(matrix);
        var outputs = values.Length / (to - from);
        return
        [
            .. values.Chunk(outputs).Select(row => data.Schema.Task switch
            {
                MachineLearningTask.Binary when objective.PredictsMargin => Both(1 / (1 + MathF.Exp(-row[0]))),
                MachineLearningTask.Binary => Both(row[0]),
                _ => row,
            }),
        ];
    }

    /// <summary>Predictions of rows with the model that a training left.</summary>
    public static float[][] Predict(ModelState state, TrainerSchema schema, TrainingRows data)
    {
        using var booster = Booster.Create();
        booster.Load(state.Booster);
        return Predict(booster, state.Encoding.Encoders, Objectives.Find(state.Encoding.Objective, schema.Task), data, 0, data.Rows);
    }

    static float[] Both(float positive) => [1 - positive, positive];
}
