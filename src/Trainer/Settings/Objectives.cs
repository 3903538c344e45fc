using Progeny.Core.Common;

namespace Progeny.Trainer.Settings;

/// <summary>
/// The objectives of XGBoost 1.7 that fit the three tasks. Its ranking and survival objectives need groups or censored labels, which a
/// project's schema does not have.
/// </summary>
public static class Objectives
{
    public static IReadOnlyList<Objective> All { get; } =
    [
        new() { Name = "binary:logistic", Task = MachineLearningTask.Binary, Link = Link.Logistic },
        new()
        {
            Name = "binary:logitraw", Task = MachineLearningTask.Binary, Link = Link.Logistic, PredictsMargin = true, BaseScoreIsMargin =
                true,
        },
        new() { Name = "binary:hinge", Task = MachineLearningTask.Binary, Link = Link.Step },
        new() { Name = "multi:softprob", Task = MachineLearningTask.Multiclass, Link = Link.Softmax },
        new() { Name = "multi:softmax", Task = MachineLearningTask.Multiclass, Link = Link.Softmax },
        new() { Name = "reg:squarederror", Task = MachineLearningTask.Regression, Link = Link.Identity },
        new()
        {
            Name = "reg:squaredlogerror", Task = MachineLearningTask.Regression, Link = Link.Identity, Least = -1, MinIsExcluded = true,
        },
        new() { Name = "reg:logistic", Task = MachineLearningTask.Regression, Link = Link.Logistic, Least = 0, Greatest = 1 },
        new() { Name = "reg:pseudohubererror", Task = MachineLearningTask.Regression, Link = Link.Identity },
        new() { Name = "reg:absoluteerror", Task = MachineLearningTask.Regression, Link = Link.Identity },
        new()
        {
            Name = "reg:gamma", Task = MachineLearningTask.Regression, Link = Link.Exponential, Least = 0, MinIsExcluded = true,
        },
        new() { Name = "reg:tweedie", Task = MachineLearningTask.Regression, Link = Link.Exponential, Least = 0 },
        new() { Name = "count:poisson", Task = MachineLearningTask.Regression, Link = Link.Exponential, Least = 0 },
    ];

    /// <summary>The objective by name, or the task's first without one.</summary>
    /// <exception cref="TrainerException">There is no such objective for the task.</exception>
    public static Objective Find(string? name, MachineLearningTask task)
    {
        var fitting = All.Where(o => o.Task == task).ToArray();
        if (name is null)
            return fitting[0];
        return fitting.FirstOrDefault(o => o.Name == name)
            ?? throw new TrainerException(
                $"parameter 'objective' is '{name}'; for a {task.ToString().ToLowerInvariant()} task it can be "
                + string.Join(", ", fitting.Select(o => o.Name)));
    }
}
