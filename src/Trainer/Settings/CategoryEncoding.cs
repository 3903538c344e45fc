namespace Progeny.Trainer.Settings;

/// <summary>How a category becomes numbers.</summary>
public enum CategoryEncoding
{
    /// <summary><see cref="OneHot"/> up to <c>max_onehot</c> categories, <see cref="Target"/> above.</summary>
    Auto,

    /// <summary>A column a category, 1 where it is the row's; missing and unseen: 0 in all.</summary>
    OneHot,

    /// <summary>The mean label of the category's rows, drawn towards the overall mean; with several classes a mean a class.</summary>
    Target,

    /// <summary>The category's share of the rows.</summary>
    Frequency,
}
