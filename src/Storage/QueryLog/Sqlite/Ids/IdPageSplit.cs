using System.Runtime.InteropServices;

namespace Progeny.Storage.QueryLog.Sqlite.Ids;

/// <summary>Spreads keys over neighbouring pages of a run.</summary>
/// <param name="level">The level of the run that gets the pages.</param>
/// <param name="count">The number of pages, a power of two.</param>
internal sealed class IdPageSplit(int level, int count)
{
    private readonly List<uint>[] keys = Lists(count);
    private readonly List<uint>[] places = Lists(count);

    public int Count => count;

    public void Add(ReadOnlySpan<uint> added, uint firstPlace)
    {
        for (var i = 0; i < added.Length; i++)
            Add(added[i], firstPlace + (uint)i);
    }

    public void Add(ReadOnlySpan<uint> added, ReadOnlySpan<uint> addedPlaces, uint shift)
    {
        for (var i = 0; i < added.Length; i++)
            Add(added[i], addedPlaces[i] + shift);
    }

    public byte[] Write(int page) => IdPage.Write(CollectionsMarshal.AsSpan(keys[page]), CollectionsMarshal.AsSpan(places[page]));

    private static List<uint>[] Lists(int count)
    {
        var lists = new List<uint>[count];
        for (var i = 0; i < count; i++)
            lists[i] = new List<uint>(2_304);
        return lists;
    }

    private void Add(uint key, uint place)
    {
        var page = IdPage.PageOf(key, level) & (count - 1);
        keys[page].Add(key);
        places[page].Add(place);
    }
}
