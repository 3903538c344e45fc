using System.Globalization;
using Progeny.Trainer.Settings;

namespace Progeny.Trainer.Boosting;

/// <summary>Trains a booster round by round, with evaluation, early stopping and progress.</summary>
internal sealed class BoosterTraining(TrainerSettings settings, int classes, IEnumerable<KeyValuePair<string, string>> constraints)
{
    // Metrics whose greater values are better; all others are errors or losses.
    static readonly string[] s_greaterIsBetter = ["auc", "aucpr", "map", "ndcg", "pre"];

    /// <param name="train">The rows to train on.</param>
    /// <param name="valid">The rows to evaluate on; null: none.</param>
    /// <param name="previous">The model to continue from; null: from nothing.</param>
    /// <param name="progress">Where the rounds are reported.</param>
    public TrainedBooster Run(DataMatrix train, DataMatrix? valid, byte[]? previous, ProgressWriter progress)
    {
        var booster = valid is null ? Booster.Create(train) : Booster.Create(train, valid);
        try
        {
            if (previous is not null)
                booster.Load(previous);
            Configure(booster);
            var start = previous is null ? 0 : booster.Rounds;
            var best = new BestRound(settings);
            var every = Math.Max(1, settings.Rounds / 100);

            for (var round = 1; round <= settings.Rounds; round++)
            {
                booster.Update(start + round - 1, train);
                var isReported = round % every == 0 || round == settings.Rounds;
                var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
                if (valid is not null && (isReported || settings.EarlyStoppingRounds > 0))
                {
                    var measured = booster.Evaluate(start + round - 1, valid);
                    Add(metrics, "valid_", measured);
                    if (settings.EarlyStoppingRounds > 0)
                    {
                        if (measured.Count == 0)
                            throw new TrainerException(
                                "early stopping needs an evaluation metric, but 'disable_default_eval_metric' leaves none; give "
                                    + "'eval_metric'");
                        best.Consider(booster, round, measured[^1].Value, GreaterIsBetter(measured[^1].Key));
                        if (best.Round == 0 && (round == settings.Rounds || round >= settings.EarlyStoppingRounds))
                            throw Unmeasurable(measured[^1]);
                    }
                }
                if (isReported)
                    Add(metrics, "train_", booster.Evaluate(start + round - 1, train));
                if (isReported)
                    progress.Report(
                        round / (double)settings.Rounds,
                        string.Create(CultureInfo.InvariantCulture, $"round {round} of {settings.Rounds}"),
                        metrics);
                if (settings.EarlyStoppingRounds > 0 && round - best.Round >= settings.EarlyStoppingRounds)
                    break;
            }

            var kept = settings.EarlyStoppingRounds > 0 ? best.Round : settings.Rounds;
            var result = Keep(booster, start + kept, best.Snapshot);
            if (!ReferenceEquals(result, booster))
                booster.Dispose();
            return Describe(result, start + kept, kept, train, valid);
        }
        catch
        {
            booster.Dispose();
            throw;
        }
    }

    /// <summary>The booster with the first rounds only.</summary>
    Booster Keep(Booster booster, int rounds, byte[]? snapshot)
    {
        if (booster.Rounds == rounds)
            return booster;
        var kept = snapshot is null ? booster.Slice(rounds) : Booster.Create();
        if (snapshot is not null)
            kept.Load(snapshot);
        Configure(kept);
        return kept;
    }

    void Configure(Booster booster)
    {
        booster.Set("booster", settings.Booster);
        booster.Set("objective", settings.Objective.NativeName);
        if (classes > 2)
            booster.Set("num_class", classes.ToString(CultureInfo.InvariantCulture));
        foreach (var metric in settings.EvaluationMetrics)
            booster.Set("eval_metric", metric);
        foreach (var (name, value) in settings.Native.Concat(constraints))
            booster.Set(name, value);
    }

    static TrainedBooster Describe(Booster booster, int total, int rounds, DataMatrix train, DataMatrix? valid)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["rounds"] = rounds, ["rounds_total"] = total };
        Add(metrics, "train_", booster.Evaluate(total, train));
        if (valid is not null)
            Add(metrics, "valid_", booster.Evaluate(total, valid));
        return new TrainedBooster(booster, metrics);
    }

    static void Add(SortedDictionary<string, double> metrics, string prefix, IReadOnlyList<KeyValuePair<string, double>> measured)
    {
        foreach (var (name, value) in measured)
        {
            // JSON has no NaN, which the library gives for example for the AUC of rows of one class.
            if (double.IsFinite(value))
                metrics[prefix + name] = value;
        }
    }

    static TrainerException Unmeasurable(KeyValuePair<string, double> measured)
    {
        var why = measured.Key == "mape" ? ", because it divides by the label, which is 0 in some of them" : "";
        return new TrainerException(string.Create(
            CultureInfo.InvariantCulture,
            $"early stopping needs a figure, and '{measured.Key}' is {measured.Value} on the rows held out{why}; "
            + $"give another 'eval_metric', or leave out 'early_stopping_rounds'"));
    }

    static bool GreaterIsBetter(string metric) => s_greaterIsBetter.Contains(metric.Split('@', '-')[0]);

    /// <summary>The best round so far.</summary>
    sealed class BestRound(TrainerSettings settings)
    {
        double _value;

        /// <summary>From 1; 0: no round had a figure that is finite.</summary>
        public int Round { get; private set; }

        /// <summary>The model at that round, where the library cannot cut it out later.</summary>
        /// <remarks>gblinear changes its weights and dart the weights of earlier trees in every round.</remarks>
        public byte[]? Snapshot { get; private set; }

        public void Consider(Booster booster, int round, double value, bool greaterIsBetter)
        {
            if (!double.IsFinite(value))
                return;
            if (Round > 0 && !(greaterIsBetter ? value > _value : value < _value))
                return;
            _value = value;
            Round = round;
            if (settings.Booster != "gbtree")
                Snapshot = booster.Save("ubj");
        }
    }
}
