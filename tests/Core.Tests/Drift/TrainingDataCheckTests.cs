using Progeny.Core.Drift;

namespace Progeny.Core.Tests.Drift;

public sealed class TrainingDataCheckTests
{
    [Fact]
    public void Rows_beside_the_champion_s_show_what_is_new_missing_or_out_of_range()
    {
        var figures = TrainingDataCheck.Of(1_000, Rows(1_000, shift: 200, missing: 4, "d", "e"), Rows(2_000, shift: 0, missing: 0));
        figures["data_rows"].ShouldBe(1_000);
        figures["data_nulls"].ShouldBe(0.25);

        // 300 to 399, where 100 to 199 was known.
        figures["data_out_of_range"].ShouldBe(1);
        figures["data_new_categories"].ShouldBe(2);
        figures["data_psi_max"].ShouldBeGreaterThan(1);
    }

    [Fact]
    public void The_same_rows_again_are_nothing_special()
    {
        var figures = TrainingDataCheck.Of(2_000, Rows(2_000, 0, 0), Rows(2_000, 0, 0));
        figures["data_out_of_range"].ShouldBe(0);
        figures["data_new_categories"].ShouldBe(0);
        figures["data_psi_max"].ShouldBe(0, 1e-9);
    }

    [Fact]
    public void Without_a_champion_only_the_rows_themselves_are_spoken_of() =>
        TrainingDataCheck.Of(10, Rows(10, 0, 0), null).Keys.ShouldBe(["data_rows", "data_nulls"], ignoreOrder: true);

    [Fact]
    public void Category_that_a_full_histogram_left_out_is_not_called_new()
    {
        var (before, now) = (new Distributions(), new Distributions());
        for (var i = 0; i < 1_000; i++)
        {
            before.Feature("city").Record($"city {i}");
            now.Feature("city").Record($"city {i % 500}");
        }

        TrainingDataCheck.Of(1_000, now, before)["data_new_categories"].ShouldBe(0);
    }

    private static Distributions Rows(int count, int shift, int missing, params string[] more)
    {
        string[] kinds = ["a", "b", "c", .. more];
        var rows = new Distributions();
        for (var i = 0; i < count; i++)
        {
            rows.Feature("kind").Record(kinds[i % kinds.Length]);
            if (missing > 0 && i % missing == 0)
                rows.Feature("size").RecordMissing();
            else
                rows.Feature("size").Record(100 + shift + (i % 100));
        }

        return rows;
    }
}
