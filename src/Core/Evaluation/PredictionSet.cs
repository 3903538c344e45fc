using Progeny.Core.Common;

namespace Progeny.Core.Evaluation;

/// <summary>What a model said of many rows beside what was true of them, column by column.</summary>
public sealed class PredictionSet
{
    private readonly int[] _truthClasses = [];
    private readonly int[] _predictedClasses = [];
    private readonly double[] _probabilities = [];
    private readonly double[] _truth = [];
    private readonly double[] _values = [];
    private ConfusionMatrix? _confusion;

    private PredictionSet(IReadOnlyList<string> classes, int[] truth, double[] probabilities, double threshold)
    {
        Task = classes.Count == 2 ? MachineLearningTask.Binary : MachineLearningTask.Multiclass;
        Classes = classes;
        _truthClasses = truth;
        _probabilities = probabilities;
        _predictedClasses = new int[truth.Length];
        for (var row = 0; row < truth.Length; row++)
            _predictedClasses[row] = ClassOf(Row(row), threshold);
    }

    private PredictionSet(double[] truth, double[] values)
    {
        Task = MachineLearningTask.Regression;
        Classes = [];
        _truth = truth;
        _values = values;
    }

    public MachineLearningTask Task { get; }

    /// <summary>The classes in the order of the probabilities; for two, the positive one last. Empty for a regression.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The number of rows.</summary>
    public int Count => Task is MachineLearningTask.Regression ? _truth.Length : _truthClasses.Length;

    /// <summary>The true class of each row, as its index in <see cref="Classes"/>.</summary>
    public ReadOnlySpan<int> TruthClasses => _truthClasses;

    /// <summary>
    /// The predicted class of each row: of two, the positive one from the threshold on; of more, the most probable, the first of equals.
    /// </summary>
    public ReadOnlySpan<int> PredictedClasses => _predictedClasses;

    /// <summary>The true number of each row of a regression.</summary>
    public ReadOnlySpan<double> Truth => _truth;

    /// <summary>The predicted number of each row of a regression.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>The counts of true against predicted classes; counted once.</summary>
    public ConfusionMatrix Confusion => _confusion ??= ConfusionMatrix.Of(this);

    /// <summary>The probabilities of one row, one for each class.</summary>
    public ReadOnlySpan<double> Row(int row) => _probabilities.AsSpan(row * Classes.Count, Classes.Count);

    /// <summary>Predictions of classes.</summary>
    /// <param name="classes">Two or more, in the order of the probabilities.</param>
    /// <param name="truth">The index of each row's true class.</param>
    /// <param name="probabilities">Row by row, one for each class; each within [0, 1].</param>
    /// <param name="threshold">Of two classes: the probability of the positive one from which it is predicted.</param>
    /// <exception cref="ArgumentException">A length, an index or a probability is not as said above; the message names the row.</exception>
    public static PredictionSet OfClasses(IReadOnlyList<string> classes, int[] truth, double[] probabilities, double threshold = 0.5)
    {
        if (classes.Count < 2)
            throw new ArgumentException($"Predictions of classes need two classes or more, not {classes.Count}.", nameof(classes));
        if (probabilities.Length != (long)truth.Length * classes.Count)
        {
            throw new ArgumentException(
                $"{truth.Length} rows of {classes.Count} classes need {(long)truth.Length * classes.Count} probabilities, not "
                    + $"{probabilities.Length}.",
                nameof(probabilities));
        }

        for (var row = 0; row < truth.Length; row++)
        {
            if ((uint)truth[row] >= (uint)classes.Count)
                throw new ArgumentException($"Row {row}: the true class is number {truth[row]}; there are {classes.Count}.", nameof(truth));
            foreach (var probability in probabilities.AsSpan(row * classes.Count, classes.Count))
            {
                if (probability is not (>= 0 and <= 1))
                    throw new ArgumentException(
                        FormattableString.Invariant($"Row {row}: {probability} is not a probability from 0 to 1."), nameof(probabilities));
            }
        }

        return new(classes, truth, probabilities, threshold);
    }

    /// <summary>Predictions of numbers.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a number is not finite; the message names the row.</exception>
    public static PredictionSet OfValues(double[] truth, double[] values)
    {
        if (truth.Length != values.Length)
            throw new ArgumentException($"{truth.Length} true values need as many predicted ones, not {values.Length}.", nameof(values));
        for (var row = 0; row < truth.Length; row++)
        {
            if (!double.IsFinite(truth[row]))
                throw new ArgumentException(
                    FormattableString.Invariant($"Row {row}: the true value {truth[row]} is not a finite number."), nameof(truth));
            if (!double.IsFinite(values[row]))
                throw new ArgumentException(
                    FormattableString.Invariant($"Row {row}: the predicted value {values[row]} is not a finite number."), nameof(values));
        }

        return new(truth, values);
    }

    private static int ClassOf(ReadOnlySpan<double> row, double threshold)
    {
        if (row.Length == 2)
            return row[1] >= threshold ? 1 : 0;
        var best = 0;
        for (var i = 1; i < row.Length; i++)
        {
            if (row[i] > row[best])
                best = i;
        }

        return best;
    }
}
