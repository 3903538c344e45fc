using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>A layout whose words grow as they come up. What has been handed out stays valid: later layouts only add words.</summary>
internal sealed class StringTable(QueryLayout layout)
{
    private readonly Lock gate = new();
    private volatile QueryLayout layout = layout;

    public QueryLayout Layout => layout;

    public int IndexOf(string word)
    {
        var words = layout.Words.AsSpan();
        for (var i = 0; i < words.Length; i++)
        {
            if (ReferenceEquals(words[i], word) || words[i] == word)
                return i;
        }

        return Add(word);
    }

    private int Add(string word)
    {
        lock (gate)
        {
            var known = layout.Words.IndexOf(word);
            if (known >= 0)
                return known;
            layout = layout with { Words = layout.Words.Add(word) };
            return layout.Words.Length - 1;
        }
    }
}
