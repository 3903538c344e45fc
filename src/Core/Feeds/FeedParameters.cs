namespace Progeny.Core.Feeds;

/// <summary>The names of the parameters that Progeny itself puts into a query.</summary>
public static class FeedParameters
{
    /// <summary>
    /// What all of them begin with. Their values came out of the column that they are compared with, so a text among them stands for a
    /// value of that column's type.
    /// </summary>
    public const string OwnPrefix = "progeny_";

    public const string Watermark = OwnPrefix + "watermark";
    public const string From = OwnPrefix + "from";
    public const string After = OwnPrefix + "after";
    public const string To = OwnPrefix + "to";
    public const string Cut = OwnPrefix + "cut";
}
