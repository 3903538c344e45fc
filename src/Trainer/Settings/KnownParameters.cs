namespace Progeny.Trainer.Settings;

/// <summary>The names that <c>parameters.json</c> may hold.</summary>
internal static class KnownParameters
{
    /// <summary>What this trainer does itself.</summary>
    public static readonly string[] Own =
    [
        "rounds", "num_boost_round", "early_stopping_rounds", "validation_fraction", "encoding", "max_onehot", "encoding_smoothing",
        "booster", "objective", "eval_metric", "monotone_constraints", "interaction_constraints",
    ];

    /// <summary>What the library takes for every booster.</summary>
    static readonly string[] s_general =
    [
        "seed", "seed_per_iteration", "nthread", "verbosity", "base_score", "scale_pos_weight", "tweedie_variance_power", "huber_slope",
        "max_delta_step", "disable_default_eval_metric", "eta", "learning_rate", "lambda", "reg_lambda", "alpha", "reg_alpha", "updater",
    ];

    static readonly string[] s_trees =
    [
        "gamma", "min_split_loss", "max_depth", "min_child_weight", "subsample", "sampling_method", "colsample_bytree", "colsample_bylevel",
        "colsample_bynode", "tree_method", "refresh_leaf", "process_type", "grow_policy", "max_leaves", "max_bin", "num_parallel_tree",
    ];

    static readonly string[] s_dart = ["sample_type", "normalize_type", "rate_drop", "one_drop", "skip_drop"];

    static readonly string[] s_linear = ["feature_selector", "top_k", "tolerance"];

    public static readonly string[] Boosters = ["gbtree", "gblinear", "dart"];

    /// <summary>Refuses a name that no booster knows, or that this one would ignore.</summary>
    /// <exception cref="TrainerException">The message names the parameter, and the nearest name there is.</exception>
    public static void Check(string name, string booster)
    {
        if (s_general.Contains(name))
            return;
        var owners = s_trees.Contains(name) || name is "monotone_constraints" or "interaction_constraints" ? ["gbtree", "dart"]
            : s_dart.Contains(name) ? ["dart"]
            : s_linear.Contains(name) ? ["gblinear"]
            : Own.Contains(name) ? Boosters
            : Array.Empty<string>();
        if (owners.Length == 0)
            throw new TrainerException(Unknown(name));
        if (!owners.Contains(booster))
            throw new TrainerException(
                $"parameter '{name}' belongs to the booster {string.Join(" or ", owners)}; the booster here is {booster}");
    }

    static string Unknown(string name)
    {
        if (name == "num_class")
            return "parameter 'num_class' is not needed: the number of classes comes from the label";
        var nearest = new[] { Own, s_general, s_trees, s_dart, s_linear }.SelectMany(n => n)
            .MinBy(known => Distance(name.ToLowerInvariant(), known))!;
        var hint = Distance(name.ToLowerInvariant(), nearest) <= Math.Max(2, name.Length / 3) ? $"; did you mean '{nearest}'?" : "";
        return $"parameter '{name}' is not known to the trainer xgboost{hint}";
    }

    /// <summary>The Levenshtein distance.</summary>
    static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
