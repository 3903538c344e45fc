using System.Text;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>Shows what somebody wrote inside an error message: on one line, in quotes, not too long.</summary>
internal static class Quote
{
    private const int Longest = 60;

    public static string Of(string text)
    {
        var shown = new StringBuilder("'");
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length > Longest)
                return shown.Append("…'").ToString();
            if (Rune.IsControl(rune))
                shown.Append('\\').Append('u').Append(rune.Value.ToString("x4"));
            else
                shown.Append(rune);
        }

        return shown.Append('\'').ToString();
    }
}
