using System.Globalization;

namespace Progeny.Core.Datasets.Contracts;

/// <summary>A number as a contract writes it.</summary>
public readonly record struct ContractNumber(string Text)
{
    private const int SafeDigits = 18;

    public double Value => double.Parse(Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>Whether SQL reads the text as a whole number of 64 bits.</summary>
    public bool IsWhole =>
        Text.Length <= SafeDigits && long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    public override string ToString() => Text;
}
