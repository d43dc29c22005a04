"""Everything the assistant can do, listed once."""

from __future__ import annotations

from collections.abc import Iterable

from actions.ability import Ability
from actions.answer import ActionAnswer
from actions.coupon_check import ActionCouponCheck
from actions.delivery_problem import ActionDeliveryProblem
from actions.fallback import ActionFallback
from actions.handoff import ActionHandoff
from actions.invoice import ActionInvoice
from actions.language import ActionLanguage
from actions.loyalty import ActionLoyalty
from actions.marketing_opt_in import ActionMarketingOptIn
from actions.marketing_opt_out import ActionMarketingOptOut
from actions.order_cancel import ActionOrderCancel
from actions.order_change import ActionOrderChange
from actions.order_status import ActionOrderStatus
from actions.payment_problem import ActionPaymentProblem
from actions.privacy_request import ActionPrivacyRequest
from actions.product_search import ActionProductSearch
from actions.promotion import ActionPromotion
from actions.recommend import ActionRecommend
from actions.refunds import ActionRefundStatus
from actions.returns import ActionReturns
from actions.services import Services

ABILITIES: tuple[type[Ability], ...] = (
    # First: a wish for a language is no question that anybody else could know better.
    ActionLanguage,
    ActionAnswer,
    ActionCouponCheck,
    ActionDeliveryProblem,
    ActionFallback,
    ActionHandoff,
    ActionInvoice,
    ActionLoyalty,
    ActionMarketingOptIn,
    ActionMarketingOptOut,
    ActionOrderCancel,
    ActionOrderChange,
    ActionOrderStatus,
    ActionPaymentProblem,
    ActionPrivacyRequest,
    ActionProductSearch,
    ActionPromotion,
    ActionRecommend,
    ActionRefundStatus,
    ActionReturns,
)


def create_abilities(services: Services) -> Iterable[Ability]:
    """Each ability once; all of them know each other, so that one may take up what another asked."""
    abilities: dict[str, Ability] = {}
    for kind in ABILITIES:
        abilities[kind.called] = kind(services, abilities)
    return abilities.values()
