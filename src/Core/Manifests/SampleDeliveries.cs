using System.Globalization;
using System.Text;

namespace Progeny.Core.Manifests;

/// <summary>A made-up data set with a real signal: the same rows each time.</summary>
internal static class SampleDeliveries
{
    private const int Rows = 600;
    private const int Seed = 20250101;

    private static readonly string[] Vehicles = ["bike", "car", "van"];

    /// <summary>
    /// Rows in the order of time. The odds of being late rise with distance, in the rush hour (16 to 19), by bike and with weight, whose
    /// value is missing in one row of eight; the label is drawn from them, so that no model can be perfect.
    /// </summary>
    public static string MakeCsv()
    {
        var random = new Random(Seed);
        var time = new DateTime(2025, 1, 1, 0, 7, 0, DateTimeKind.Utc);
        var csv = new StringBuilder("ordered_at,hour,distance,weight,vehicle,late\n");
        for (var i = 0; i < Rows; i++)
        {
            var distance = Math.Round(0.5 + (random.NextDouble() * 11.5), 1);
            var weight = Math.Round(0.2 + (random.NextDouble() * 15), 1);
            var vehicle = Vehicles[random.Next(Vehicles.Length)];
            var logOdds = (1.1 * (distance - 7)) + (time.Hour is >= 16 and <= 19 ? 2.5 : 0) + (vehicle == "bike" ? 1 : 0)
                + (0.1 * (weight - 7));
            var late = random.NextDouble() < 1 / (1 + Math.Exp(-logOdds)) ? 1 : 0;
            var known = random.Next(8) > 0;
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{time:yyyy-MM-ddTHH:mm:ssZ},{time.Hour},{distance},{(known ? weight : null)},{vehicle},{late}\n");
            time = time.AddMinutes(random.Next(30, 120));
        }

        return csv.ToString();
    }
}
