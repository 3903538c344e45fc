using System.Text;
using Progeny.Core.Common;

namespace Progeny.Core.Views;

/// <summary>
/// The key of an entity as one text. Values are the same where their texts are (<see cref="ValueText"/>): 7 and '7' are, '007' is another.
/// </summary>
internal static class EntityKey
{
    /// <summary>The text of one part of a key; null where it is missing.</summary>
    public static string? PartOf(object? value) => value is null or "" or double.NaN or float.NaN ? null : ValueText.Of(value);

    /// <summary>The key; null where a part of it is missing, which no entity has.</summary>
    /// <param name="parts">How many columns the key has.</param>
    /// <param name="valueOf">The value of a column by its index in the key.</param>
    public static string? Of(int parts, Func<int, object?> valueOf)
    {
        if (parts == 1)
            return PartOf(valueOf(0));
        var key = new StringBuilder();
        for (var i = 0; i < parts; i++)
        {
            if (PartOf(valueOf(i)) is not { } part)
                return null;
            // The length keeps neighbours apart.
            key.Append(part.Length).Append(':').Append(part);
        }

        return key.ToString();
    }
}
