using System.IO.Hashing;
using System.Text;

namespace Progeny.Storage.QueryLog.Outcomes;

/// <summary>The hash by which the segments with answers about an entity are found. This is stored: it must not change.</summary>
internal static class EntityHash
{
    public static long Of(string key) => unchecked((long)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(key)));
}
