namespace Progeny.Tests.Shared;

/// <summary>
/// How often tests repeat what could go wrong at another moment each time. A run of all tests does each once or twice;
/// <c>PROGENY_SOAK=10 ./test.sh</c> ten times as often.
/// </summary>
internal static class Soak
{
    private const string Variable = "PROGENY_SOAK";

    private static readonly int _factor =
        int.TryParse(Environment.GetEnvironmentVariable(Variable), out var factor) && factor > 0 ? factor : 1;

    /// <summary>A number of repetitions.</summary>
    /// <param name="count">The number in an ordinary run.</param>
    public static int Times(int count) => count * _factor;
}
