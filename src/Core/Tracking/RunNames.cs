using System.Globalization;
using System.Security.Cryptography;

namespace Progeny.Core.Tracking;

/// <summary>Names for runs that a client has not named, such as <c>brave-otter-417</c>, and ids.</summary>
public static class RunNames
{
    private const int MaxNumber = 1000;

    private static readonly string[] _adjectives =
    [
        "able", "amber", "bold", "brave", "bright", "calm", "clever", "crisp", "curious", "daring", "eager", "fair", "fast", "gentle",
        "glad", "golden", "grand", "happy", "honest", "keen", "kind", "lively", "lucky", "mellow", "merry", "mild", "nimble", "noble", "polite",
        "proud", "quick", "quiet", "rapid", "rare", "silent", "smart", "steady", "sunny", "swift", "tidy", "vivid", "warm", "wise", "witty",
    ];

    private static readonly string[] _nouns =
    [
        "ant", "badger", "bat", "bear", "bee", "bison", "boar", "calf", "cat", "colt", "crane", "crow", "deer", "dove", "duck", "eagle",
        "elk", "falcon", "finch", "fox", "frog", "gnu", "goat", "goose", "hare", "hawk", "heron", "horse", "jay", "kite", "lark", "lynx",
        "mole", "moth", "mouse", "newt", "otter", "owl", "perch", "quail", "raven", "robin", "seal", "shrew", "snail", "stork", "swan", "toad",
        "trout", "vole", "whale", "wolf", "wren", "yak",
    ];

    /// <summary>A random name.</summary>
    public static string Next() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Pick(_adjectives)}-{Pick(_nouns)}-{RandomNumberGenerator.GetInt32(MaxNumber)}");

    /// <summary>A random id: 32 hexadecimal digits.</summary>
    public static string NextId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static string Pick(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];
}
