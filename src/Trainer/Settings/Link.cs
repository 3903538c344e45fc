namespace Progeny.Trainer.Settings;

/// <summary>How a booster's margin (the sum of its leaves or of its weighted inputs) becomes the prediction.</summary>
public enum Link
{
    /// <summary>The margin itself.</summary>
    Identity,

    /// <summary>1 / (1 + exp(-margin)).</summary>
    Logistic,

    /// <summary>exp(margin).</summary>
    Exponential,

    /// <summary>exp(margin of a class) over the sum of all classes' exp(margin).</summary>
    Softmax,

    /// <summary>1 above zero, else 0.</summary>
    Step,
}
